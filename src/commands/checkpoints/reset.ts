/** `sls2splunk checkpoints reset`: moves the checkpoints of a group while no consumer works in it. */

import type { StartPosition } from '../../config/types.ts'
import { lockState } from '../../service/state-lock.ts'
import { chooseSource } from '../log-service/choose-source.ts'
import { describeTrouble, type LogService, withLogService } from '../log-service/connection.ts'
import { eachShard } from '../log-service/each-shard.ts'
import { pickShards } from '../log-service/pick-shards.ts'
import { type Asked, ask } from '../terminal/ask.ts'
import { EXIT } from '../terminal/exit.ts'
import { fail } from '../terminal/fail.ts'
import { openConfig } from '../terminal/open-config.ts'
import { count } from '../terminal/words.ts'
import { describeMove, describeWritten, type Move, planMove } from './move.ts'
import { consumerObjection, serviceObjection } from './objection.ts'

export interface ResetOptions {
  readonly to: StartPosition
  /** Default: every shard. */
  readonly shard?: number
  /** Default: the only one. */
  readonly source?: string
  /** Moves without asking first. */
  readonly yes: boolean
  /** Moves also while a consumer may be working in the group. */
  readonly force: boolean
}

/** Returns the exit status. Holds the lock of the state directory, so that its service does not start meanwhile. */
export async function reset(file: string | undefined, options: ResetOptions): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const { config } = opened
  const chosen = chooseSource(config.sources, options.source)
  if (chosen.kind === 'wrong') return fail(chosen.message, EXIT.usage)
  const lock = lockState(config.stateDirectory)
  try {
    if (!mayGoOn(serviceObjection(lock, config.stateDirectory), options)) return EXIT.failed
    return await withLogService(config, chosen.source, service => resetSource(service, options))
  } finally {
    if (lock.kind === 'locked') lock.release()
  }
}

/** Says the objection, if there is one; returns whether to go on all the same. */
function mayGoOn(objection: string | undefined, { force }: ResetOptions): boolean {
  if (objection === undefined) return true
  const consequence = force
    ? 'Going on (--force): a consumer that holds a shard stores its own position over what is written here'
    : 'Nothing was moved; --force does it all the same'
  process.stderr.write(`${objection}. ${consequence}\n`)
  return force
}

async function resetSource(service: LogService, options: ResetOptions): Promise<number> {
  const { config, source, admin } = service
  const { signal } = new AbortController()
  const positions = await admin.positionsOf(source, signal)
  if (positions.kind === 'failed')
    return fail(describeTrouble(config, 'cannot read the checkpoints', positions.failure))
  const { groupExists, shards } = positions.value
  if (!groupExists)
    return fail(
      `there is no consumer group ${source.consumerGroup} yet: start_from in the configuration says where it begins`,
    )
  const picked = pickShards(shards, options.shard)
  if (picked.kind === 'wrong') return fail(picked.message, EXIT.usage)
  if (!mayGoOn(consumerObjection(source, shards, Date.now()), options)) return EXIT.failed
  const plans = await eachShard(picked.shards, shard => planMove(service, shard, options.to, signal))
  if (plans.kind === 'failed')
    return fail(describeTrouble(config, 'cannot find the new positions', plans.failure))
  return move(service, plans.value, options, signal)
}

async function move(
  service: LogService,
  plans: readonly Move[],
  { yes }: ResetOptions,
  signal: AbortSignal,
): Promise<number> {
  const { name, consumerGroup } = service.source
  const moves = plans.filter(({ kind }) => kind !== 'stays')
  say(`checkpoints of ${name}, consumer group ${consumerGroup}:`)
  for (const plan of plans) say(describeMove(plan))
  if (moves.length === 0) return EXIT.ok
  const asked = yes ? 'yes' : await ask(`Move ${count(moves.length, 'checkpoint')}?`)
  return asked === 'yes' ? write(service, moves, signal) : refuse(asked)
}

/** Writes one checkpoint after the other, and says each when it is written. */
async function write(
  { config, admin, source }: LogService,
  moves: readonly Move[],
  signal: AbortSignal,
): Promise<number> {
  for (const each of moves) {
    const { shard, cursor } = each
    const written = await admin.restorePositions(source, new Map([[shard, cursor]]), signal)
    if (written.kind === 'failed')
      return fail(describeTrouble(config, `cannot write the checkpoint of shard ${shard}`, written.failure))
    say(describeWritten(each))
  }
  return EXIT.ok
}

function refuse(asked: Exclude<Asked, 'yes'>): number {
  if (asked === 'no') return fail('nothing was moved')
  return fail('reset asks before it moves anything, and there is no terminal to ask: add --yes', EXIT.usage)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
