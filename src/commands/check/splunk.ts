/** The steps for one HEC endpoint: the way to it, its health, the token. Sends no event. */

import { randomUUID } from 'node:crypto'
import type { SplunkConfig } from '../../config/types.ts'
import type { CreateHttpClient } from '../../http/client.ts'
import { createGotClient } from '../../http/got-client.ts'
import { type Attempt, createHecClient, type HecClient } from '../../splunk/client.ts'
import { describe, type Reason } from '../../splunk/reasons.ts'
import { createToken } from '../../splunk/token.ts'
import type { Verdict } from '../../splunk/verdict.ts'
import { lateRemedy, networkRemedy, networkSteps, TLS, type Way } from './network.ts'
import { proxyFor } from './proxy.ts'
import { type Finding, failed, ok, type Row, type Step, skipped, warning } from './step.ts'
import { withTiming } from './timing.ts'

export interface SplunkParts {
  readonly splunk: SplunkConfig
  readonly url: string
  /** The default index of the file and those of its routes, as they are written. */
  readonly indexes: readonly string[]
}

export function splunkRow({ splunk, url, indexes }: SplunkParts): Row<unknown> {
  const { tls } = splunk
  const way: Way = { url, tls, proxy: proxyFor(url, splunk.proxy, process.env), section: 'splunk' }
  const asking = (ask: (client: HecClient, signal: AbortSignal) => Promise<Finding>) => {
    return (_: unknown, signal: AbortSignal) =>
      withClient(splunk, { url, createHttp: createGotClient }, client => ask(client, signal))
  }
  const steps: Step<unknown>[] = [
    ...networkSteps(way),
    {
      name: 'health',
      needs: TLS,
      late: lateRemedy(way),
      run: (_, signal) =>
        withTiming(way, createHttp =>
          withClient(splunk, { url, createHttp }, async client =>
            judgeHealth(await client.probe(signal), way),
          ),
        ),
    },
    {
      name: 'token',
      needs: TLS,
      late: lateRemedy(way),
      run: asking(async (client, signal) =>
        judgeToken(await client.post(NOTHING, randomUUID(), signal), way),
      ),
    },
    {
      name: 'acknowledgement',
      needs: 'token',
      run: asking((client, signal) => askForAcks(client, splunk, { way, signal })),
    },
    ...(indexes.length > 0 ? [{ name: 'index', run: () => skipped(indexText(indexes)) }] : []),
  ]
  return { target: `Splunk at ${url}`, steps }
}

/** An empty request: HEC rejects it for its token first, then for having no data. */
const NOTHING = { bytes: new Uint8Array(), gzip: false, events: 0, rawBytes: 0 } as const
const NO_DATA = 5

const indexText = (indexes: readonly string[]) =>
  `${indexes.join(', ')}: told by the first event; a refused index holds its shard and is named`

function judgeHealth(attempt: Attempt, way: Way): Finding {
  return attempt.verdict.kind === 'delivered' ? ok(attempt.answer || 'healthy') : trouble(attempt, way)
}

function judgeToken(attempt: Attempt, way: Way): Finding {
  if (attempt.code === NO_DATA || attempt.verdict.kind === 'delivered') return ok('the token is accepted')
  return trouble(attempt, way)
}

interface Asking {
  readonly way: Way
  readonly signal: AbortSignal
}

const ACKNOWLEDGEMENT_DISABLED = 14

async function askForAcks(
  client: HecClient,
  { acknowledgementMs }: SplunkConfig,
  { way, signal }: Asking,
): Promise<Finding> {
  const polled = await client.poll({ channel: randomUUID(), ackId: 0 }, signal)
  const isWanted = acknowledgementMs !== undefined
  if (polled.kind === 'answered') return isWanted ? ok('the token offers it, and it is asked for') : unused()
  const { attempt } = polled
  if (attempt.code !== ACKNOWLEDGEMENT_DISABLED || isWanted) return trouble(attempt, way)
  return ok('the token does not offer it, and it is not asked for')
}

function unused(): Finding {
  return warning(
    'the token offers it, and splunk.acknowledgement does not ask for it',
    'set splunk.acknowledgement to true, or switch indexer acknowledgement off for the token: Splunk keeps every id until it is asked for',
  )
}

function trouble({ verdict, detail, status }: Attempt, way: Way): Finding {
  if (status === 0) return failed(`no answer (${detail})`, networkRemedy(detail, way))
  const { text, remedy } = describe(reasonOf(verdict), '', detail)
  return failed(text, remedy)
}

/** Returns the reason of a verdict; `delivered` has none, and is not HEC's answer to a request without events. */
const reasonOf = (verdict: Verdict): Reason => (verdict.kind === 'delivered' ? 'not-hec' : verdict.reason)

interface Connection {
  readonly url: string
  readonly createHttp: CreateHttpClient
}

async function withClient(
  splunk: SplunkConfig,
  connection: Connection,
  ask: (client: HecClient) => Promise<Finding>,
): Promise<Finding> {
  const token = createToken(splunk.token, splunk.tokenFile)
  const client = createHecClient({ ...connection, splunk, token, maxSockets: 1 })
  try {
    return await ask(client)
  } finally {
    client.close()
  }
}
