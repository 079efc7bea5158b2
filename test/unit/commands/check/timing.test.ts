import { expect, test } from 'vitest'
import { timingOf, timingText } from '../../../../src/commands/check/timing.ts'
import type { HttpPhases } from '../../../../src/http/client.ts'

const PHASES: HttpPhases = { waitMs: 1, dnsMs: 2, tcpMs: 3, tlsMs: 12, firstByteMs: 30 }
const NONE = { proxy_ms: null, dns_ms: null, tcp_ms: null, tls_ms: null, first_byte_ms: null }
const PROXY = 'proxy.example.com:3128'

test.each([
  [
    'TLS',
    PHASES,
    undefined,
    { proxy_ms: null, dns_ms: 2, tcp_ms: 3, tls_ms: 12, first_byte_ms: 30 },
    'DNS 2 ms, TCP 3 ms, TLS 12 ms, first byte 30 ms',
  ],
  [
    'clear text',
    { ...PHASES, tlsMs: undefined },
    undefined,
    { ...NONE, dns_ms: 2, tcp_ms: 3, first_byte_ms: 30 },
    'DNS 2 ms, TCP 3 ms, first byte 30 ms',
  ],
  [
    'a proxy, in which the rest of the way is hidden',
    { ...PHASES, tlsMs: undefined },
    PROXY,
    { ...NONE, proxy_ms: 6, first_byte_ms: 30 },
    'proxy 6 ms, first byte 30 ms',
  ],
  [
    'an answer before the request was written',
    { ...PHASES, tlsMs: undefined, firstByteMs: undefined },
    undefined,
    { ...NONE, dns_ms: 2, tcp_ms: 3 },
    'DNS 2 ms, TCP 3 ms',
  ],
])('%s', (_, phases, proxy, timing, text) => {
  expect(timingOf(phases, proxy)).toEqual(timing)
  expect(timingText(timing)).toBe(text)
})
