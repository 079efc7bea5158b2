/** The phases of a step's request: name, connection, TLS, first byte. */

import type { CreateHttpClient, HttpPhases } from '../../http/client.ts'
import { createGotClient } from '../../http/got-client.ts'
import type { Way } from './network.ts'
import type { Finding, Timing } from './step.ts'

/** Runs a step with an HTTP client. The finding gets the timing of the last answer, if one has come. */
export async function withTiming(
  { proxy }: Pick<Way, 'proxy'>,
  run: (createHttp: CreateHttpClient) => Promise<Finding>,
): Promise<Finding> {
  let timing: Timing | undefined
  const finding = await run(watched(createGotClient, phases => (timing = timingOf(phases, proxy))))
  return timing ? { ...finding, timing } : finding
}

/** Returns a factory of clients that report the phases of each answer to `tell`. */
function watched(create: CreateHttpClient, tell: (phases: HttpPhases) => void): CreateHttpClient {
  return options => {
    const { send, close } = create(options)
    return {
      close,
      async send(request, signal) {
        const outcome = await send(request, signal)
        if (outcome.kind === 'answer' && outcome.phases) tell(outcome.phases)
        return outcome
      },
    }
  }
}

export function timingOf(phases: HttpPhases, proxy: string | undefined): Timing {
  const { waitMs, dnsMs, tcpMs, tlsMs = null, firstByteMs: first_byte_ms = null } = phases
  return proxy === undefined
    ? { proxy_ms: null, dns_ms: dnsMs, tcp_ms: tcpMs, tls_ms: tlsMs, first_byte_ms }
    : { ...NO_PHASES, proxy_ms: waitMs + dnsMs + tcpMs, first_byte_ms }
}

const NO_PHASES = { dns_ms: null, tcp_ms: null, tls_ms: null }

/** `DNS 2 ms, TCP 1 ms, TLS 12 ms, first byte 30 ms` */
export function timingText(timing: Timing): string {
  const phases = [
    ['proxy', timing.proxy_ms],
    ['DNS', timing.dns_ms],
    ['TCP', timing.tcp_ms],
    ['TLS', timing.tls_ms],
    ['first byte', timing.first_byte_ms],
  ] as const
  return phases.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${ms} ms`])).join(', ')
}
