/** Steps in a row: each tries one thing, and is skipped when what it builds on has failed. */

import { messageOf } from '../../base/failure.ts'
import { aborted } from '../../base/wait.ts'

export type State = 'ok' | 'warning' | 'failed' | 'skipped'

/** The result of a step. */
export interface Finding {
  readonly state: State
  readonly text: string
  /** What to do, as the end of a sentence. */
  readonly remedy?: string
  /** The RAM action that the access key lacks. */
  readonly missingAction?: string
  /** Where the time of its request went. */
  readonly timing?: Timing
}

/** Milliseconds, as `--json` prints them; null for a phase that there was not. */
export interface Timing {
  /** Until there was a connection through the proxy, which looks names up and connects by itself. */
  readonly proxy_ms: number | null
  readonly dns_ms: number | null
  readonly tcp_ms: number | null
  readonly tls_ms: number | null
  /** From the last byte of the request to the first one of the answer. */
  readonly first_byte_ms: number | null
}

/** A finding with the step and the target that it is about. */
export interface Report extends Finding {
  readonly step: string
  /** The project with its endpoint, the source, or the URL. */
  readonly target: string
  /** 0 for a step that was skipped. */
  readonly ms: number
}

/** A step of a row. `Found` holds what earlier steps leave to later ones. */
export interface Step<Found> {
  readonly name: string
  /** The earlier step that must not have failed. */
  readonly needs?: string
  /** What to do when nothing came before the deadline. */
  readonly late?: string
  /** Rejects when the signal is aborted. */
  readonly run: (found: Partial<Found>, signal: AbortSignal) => Finding | Promise<Finding>
}

export interface Row<Found> {
  readonly target: string
  readonly steps: readonly Step<Found>[]
  /** Why none of them can be tried. */
  readonly blocked?: string
}

/** The time limit of each step. */
export const DEADLINE_MS = 10_000

export async function runSteps<Found>({ target, steps, blocked }: Row<Found>): Promise<Report[]> {
  const found: Partial<Found> = {}
  const reports: Report[] = []
  /** The first failure behind each failed or skipped step. */
  const causes = new Map<string, string>()
  for (const step of steps) {
    const cause = step.needs === undefined ? undefined : causes.get(step.needs)
    const why = blocked ?? (cause && `not tried: ${cause} failed`)
    const report = why === undefined ? await tried(step, found) : { ...skipped(why), ms: 0 }
    if (report.state === 'failed' || cause !== undefined) causes.set(step.name, cause ?? step.name)
    reports.push({ step: step.name, target, ...report })
  }
  return reports
}

async function tried<Found>(step: Step<Found>, found: Partial<Found>): Promise<Finding & { ms: number }> {
  const startedAt = performance.now()
  const finding = await withinDeadline(signal => step.run(found, signal), step.late)
  return { ...finding, ms: finding.state === 'skipped' ? 0 : Math.round(performance.now() - startedAt) }
}

/** Ends at the deadline also what takes no signal, such as the system's name resolution. */
async function withinDeadline(
  run: (signal: AbortSignal) => Finding | Promise<Finding>,
  remedy = LATE,
): Promise<Finding> {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const late = aborted(signal).then(() => failed(`nothing within ${DEADLINE_MS / 1_000} s`, remedy))
  try {
    return await Promise.race([late, Promise.resolve(run(signal))])
  } catch (error) {
    if (signal.aborted) return late
    throw new Error(`a step of check failed: ${messageOf(error)}`, { cause: error })
  }
}

const LATE = 'check the firewall and the network between; try again if it passes'

export const ok = (text: string): Finding => ({ state: 'ok', text })
export const skipped = (text: string): Finding => ({ state: 'skipped', text })
export const warning = (text: string, remedy: string): Finding => ({ state: 'warning', text, remedy })
export const failed = (text: string, remedy: string): Finding => ({ state: 'failed', text, remedy })

/** Says whether any step has failed. */
export const hasFailed = (reports: readonly Report[]) => reports.some(({ state }) => state === 'failed')
