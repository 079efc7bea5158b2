/** The steps for one project: the way to it, the access key, the clock, the project itself. */

import type { SlsConfig } from '../../config/types.ts'
import type { CreateHttpClient, HttpOutcome } from '../../http/client.ts'
import { projectAddress } from '../../sls/address.ts'
import { describeFailure, remedyOf, type SlsFailure, type SlsResult } from '../../sls/errors.ts'
import type { SlsQuestions } from '../../sls/questions.ts'
import { isRefusedAccess, keyNames, keyRefused, type RamAction } from './access.ts'
import { lateRemedy, networkRemedy, networkSteps, TLS, type Way } from './network.ts'
import { proxyFor } from './proxy.ts'
import { type Finding, failed, ok, type Row, type Step, skipped, warning } from './step.ts'
import { withTiming } from './timing.ts'

export interface ProjectParts {
  readonly sls: SlsConfig
  readonly project: string
  /** A logstore of one of the sources: what the first calls ask for. */
  readonly logstore: string
  readonly questions: SlsQuestions
  /** Says whether Log Service has refused a request for its time so far. */
  readonly wasTimeRefused: () => boolean
}

interface Found {
  /** The result of the first call that was not refused for the key or its permissions. */
  known: SlsResult<unknown>
}

const CREDENTIALS = 'credentials'

/** Returns the steps of a project; those of its sources come after them. */
export function projectRow(parts: ProjectParts): Row<Found> {
  const { sls, project } = parts
  const way = wayTo(sls, project)
  const steps: Step<Found>[] = [
    ...networkSteps(way),
    {
      name: CREDENTIALS,
      needs: TLS,
      late: lateRemedy(way),
      run: async (found, signal) => {
        const answer = await askUntilKnown(parts, signal)
        if (answer.kind === 'failed') return refusal(answer, parts, way)
        found.known = answer.value
        return credentialsTold(answer.value, way)
      },
    },
    {
      name: 'clock',
      needs: TLS,
      late: lateRemedy(way),
      run: (_, signal) => withTiming(way, createHttp => askForTime(parts, way, { createHttp, signal })),
    },
    { name: 'project', needs: CREDENTIALS, run: ({ known }) => projectTold(project, known) },
  ]
  return { target: `Log Service, project ${project} at ${sls.endpoint}`, steps }
}

function wayTo({ endpoint, tls, proxy }: SlsConfig, project: string): Way {
  const { baseUrl, serverName } = projectAddress(endpoint, project)
  return { url: baseUrl, serverName, tls, proxy: proxyFor(baseUrl, proxy, process.env), section: 'sls' }
}

type Asked =
  | { readonly kind: 'known'; readonly value: SlsResult<unknown> }
  | { readonly kind: 'failed'; readonly failure: SlsFailure; readonly action: RamAction }

/** Makes up to two calls: a key may lack the permission for one of them. Only when both are refused it is the key. */
async function askUntilKnown({ questions, logstore }: ProjectParts, signal: AbortSignal): Promise<Asked> {
  const shards = await questions.shards(logstore, signal)
  if (shards.kind === 'ok' || !isAboutTheKey(shards.failure)) return { kind: 'known', value: shards }
  const refused: Asked = { kind: 'failed', failure: shards.failure, action: 'log:ListShards' }
  if (!isRefusedAccess(shards.failure)) return refused
  const groups = await questions.groups(logstore, signal)
  return groups.kind === 'ok' || !isAboutTheKey(groups.failure) ? { kind: 'known', value: groups } : refused
}

function isAboutTheKey(failure: SlsFailure): boolean {
  return failure.action === 'credentials' || failure.code === 'SignatureNotMatch' || isRefusedAccess(failure)
}

function refusal(
  { failure, action }: Extract<Asked, { kind: 'failed' }>,
  { project, logstore, sls }: ProjectParts,
  way: Way,
): Finding {
  if (failure.status === 0 && failure.code !== 'NoCredentials') return unanswered(failure, way)
  if (failure.code === 'SignatureNotMatch')
    return failed(
      `the secret does not belong to this access key: ${describeFailure(failure)}`,
      `check ${keyNames(sls.credentials).secret}${sls.signature === 'v4' ? `, and that sls.region (${sls.region}) is the project's` : ''}`,
    )
  const resource = `project/${project}/logstore/${logstore}`
  return keyRefused({ failure, action, resource }, sls.credentials)
}

function unanswered(failure: SlsFailure, way: Way): Finding {
  return failed(`no answer: ${describeFailure(failure)}`, networkRemedy(failure.code, way))
}

/** Returns the finding for an answer in which the key did not matter. */
function credentialsTold(answer: SlsResult<unknown>, way: Way): Finding {
  if (answer.kind === 'ok') return ok('the access key is accepted')
  const { failure } = answer
  if (failure.status === 0) return unanswered(failure, way)
  if (isAbsent(failure)) return skipped('told when the project is found')
  return failure.code === 'LogStoreNotExist'
    ? ok('the access key is accepted')
    : failed(describeFailure(failure), remedyOf(failure))
}

const isAbsent = ({ code }: SlsFailure) => /^Project/.test(code)

function projectTold(project: string, known: SlsResult<unknown> | undefined): Finding {
  if (known?.kind !== 'failed' || !isAbsent(known.failure)) return ok(`${project} is there`)
  const { failure } = known
  return failed(`${project} cannot be used: ${describeFailure(failure)}`, remedyOf(failure))
}

const TOLERATED_MS = 60_000

interface Asking {
  readonly createHttp: CreateHttpClient
  readonly signal: AbortSignal
}

/** Makes an unsigned request: every answer has a date. */
async function askForTime(
  { sls: { tls, proxy }, wasTimeRefused }: ProjectParts,
  way: Way,
  { createHttp, signal }: Asking,
): Promise<Finding> {
  const { url, serverName = '' } = way
  const http = createHttp({ tls, maxSockets: 1, serverName, ...(proxy !== undefined && { proxy }) })
  try {
    const answer = await http.send({ ...UNSIGNED, url: `${url}/` }, signal)
    return answer.kind === 'answer'
      ? judgeClock(aheadMs(answer), wasTimeRefused())
      : failed(`no answer (${answer.code})`, networkRemedy(answer.code, way))
  } finally {
    http.close()
  }
}

/** Returns how far this host is ahead of the answer's date, which was set about in the middle of the exchange. */
function aheadMs({ durationMs, headers }: Extract<HttpOutcome, { kind: 'answer' }>): number {
  return Date.now() - durationMs / 2 - Date.parse(String(headers.date))
}

const UNSIGNED = { method: 'GET', headers: {}, timeoutMs: 30_000, maxAnswerBytes: 1_048_576 } as const
const SYNCHRONISE = 'synchronise the clock of this host (NTP)'

/** Judges how far this host is ahead of Log Service; NaN when Log Service does not say its time. */
export function judgeClock(aheadMs: number, wasRefused: boolean): Finding {
  const off = Number.isNaN(aheadMs)
    ? 'off'
    : `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} Log Service`
  if (wasRefused)
    return failed(
      `the clock of this host is ${off}: requests are refused (more than 15 minutes)`,
      SYNCHRONISE,
    )
  if (Number.isNaN(aheadMs)) return skipped('Log Service does not say what time it has')
  return Math.abs(aheadMs) > TOLERATED_MS
    ? warning(`the clock of this host is ${off}; from 15 minutes on requests are refused`, SYNCHRONISE)
    : ok(`within ${Math.max(1, Math.round(Math.abs(aheadMs) / 1_000))} s of Log Service`)
}
