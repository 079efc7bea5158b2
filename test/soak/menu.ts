/** What can go wrong in a soak: a table, each row played by itself between two healthy pauses. */

import { sleep } from '../../src/base/wait.ts'
import type { Random } from '../../src/simulator/generator/random.ts'
import type { Fault as HecFault } from '../../src/simulator/hec/faults.ts'
import type { LoadName } from '../../src/simulator/hec/load.ts'
import type { CallName, SlsFault } from '../../src/simulator/sls/index.ts'
import { LOGSTORE, PROJECT, type SoakFarEnds, TOKEN } from './far-ends.ts'
import type { Death } from './kill-switch.ts'
import type { SoakService } from './service.ts'

export interface Stage {
  readonly far: SoakFarEnds
  /** Runs from the beginning to the end; its threads die, it is stopped and goes on. */
  readonly steady: SoakService
  /** Another service of the group: comes, goes and is killed. */
  readonly guest: SoakService
  readonly random: Random
  /** Aborted at the end of the soak: no fault lasts longer. */
  readonly signal: AbortSignal
}

/** Resolves when the fault is over; whatever it left behind is mended by `heal`. */
export type Play = (stage: Stage) => Promise<void>

/** Longer than the requests' timeout and than the group's, as the soak's configuration has them. */
export const REQUEST_TIMEOUT_MS = 4_000
export const HEARTBEAT_MS = 2_000
const GROUP_TIMEOUT_MS = 3 * HEARTBEAT_MS
const SHORTER_MS = GROUP_TIMEOUT_MS / 2
const LONGER_MS = GROUP_TIMEOUT_MS + 4_000
const USUAL_MS = 8_000
/** Of the requests that a fault may strike, one in so many meets it. */
const ONE_IN = 3
const HEARTBEAT_FAILS: SlsFault = { kind: 'error', code: 'InternalServerError' }

export const MENU = Object.entries<Play>({
  'Splunk: busy (503/9)': load('busy', 10_000),
  'Splunk: queue full after three events (503/9 with a number)': load('busy', 6_000, 3),
  'Splunk: shutting down (503/23)': load('shutting-down', 6_000),
  'Splunk: 404 while it restarts': load('starting', 6_000),
  'Splunk: 500 now and then': splunk({ kind: 'reply', status: 500, body: '{"text":"Internal","code":8}' }),
  'Splunk: 502 from a proxy now and then': splunk({ kind: 'reply', status: 502, body: '<html>Bad</html>' }),
  'Splunk: reset before the body': splunk({ kind: 'reset-before-read' }),
  'Splunk: reset before storing': splunk({ kind: 'reset-before-store' }),
  'Splunk: reset after storing': splunk({ kind: 'reset-before-reply' }),
  'Splunk: reply truncated': splunk({ kind: 'truncated-reply' }),
  'Splunk: reply slower than usual': splunk({ kind: 'slow-reply', delayMs: REQUEST_TIMEOUT_MS / 2 }),
  'Splunk: reply slower than the timeout': splunk({
    kind: 'slow-reply',
    delayMs: REQUEST_TIMEOUT_MS + 2_000,
  }),
  'Splunk: hangs, not stored': splunk({ kind: 'hang' }),
  'Splunk: hangs, stored': splunk({ kind: 'hang-before-reply' }),
  'Splunk: refuses an event now and then': async ({ far, signal }) => {
    const stop = far.refuseEvents(10)
    await sleep(USUAL_MS, signal)
    stop()
  },
  'Splunk: restarts': async ({ far }) => far.hec.restart(),
  'Splunk: down': splunkDown(15_000),
  'Splunk: token refused': tokenRefused(6_000),
  'SLS: pull fails with 500': sls('PullLogs', { kind: 'error', code: 'InternalServerError' }),
  'SLS: read quota': sls('PullLogs', { kind: 'error', code: 'ReadQuotaExceed' }),
  'SLS: pull reset': sls('PullLogs', { kind: 'reset-after' }),
  'SLS: page truncated': sls('PullLogs', { kind: 'truncated' }),
  'SLS: page corrupt': sls('PullLogs', { kind: 'corrupt' }),
  'SLS: pull hangs': sls('PullLogs', { kind: 'hang' }),
  'SLS: pull slow': sls('PullLogs', { kind: 'slow', delayMs: 1_000 }),
  'SLS: an HTML page for every call': sls(undefined, { kind: 'html' }),
  'SLS: checkpoint refused with 500': sls('UpdateCheckPoint', { kind: 'error', code: 'InternalServerError' }),
  'SLS: checkpoint stored, answer lost': sls('UpdateCheckPoint', { kind: 'reset-after' }),
  'SLS: heartbeats fail, shorter than the timeout': sls('HeartBeat', HEARTBEAT_FAILS, SHORTER_MS),
  'SLS: heartbeats fail, longer than the timeout': sls('HeartBeat', HEARTBEAT_FAILS, LONGER_MS),
  'SLS: heartbeats hang, longer than the timeout': sls('HeartBeat', { kind: 'hang' }, LONGER_MS),
  'SLS: heartbeat taken, answer lost': sls('HeartBeat', { kind: 'reset-after' }, SHORTER_MS),
  'shard split': async ({ far, random }) => split(far, random),
  'shards merged': async ({ far, random }) => merge(far, random),
  'shard split while Splunk is down': both(async ({ far, random }) => split(far, random), splunkDown(8_000)),
  'worker thread leaves': worker('exit'),
  'worker thread throws': worker('throw'),
  'worker thread loops for ever': worker('loop'),
  'worker thread dies while Splunk is busy': both(load('busy', 8_000), worker('exit')),
  'process killed, started at once': guestKilled(0),
  'process killed, started after the timeout': guestKilled(LONGER_MS),
  'process killed while Splunk hangs with its events stored': both(
    splunk({ kind: 'hang-before-reply' }),
    guestKilled(1_000),
  ),
  'process drains, started at once': guestDrains(0),
  'process drains, started after the timeout': guestDrains(LONGER_MS),
  'process stopped, shorter than the timeout': stopped('guest', SHORTER_MS),
  'process stopped, longer than the timeout': stopped('guest', LONGER_MS),
  'the longest-running process stopped, longer than the timeout': stopped('steady', LONGER_MS),
  'both processes stopped, longer than the timeout': both(
    stopped('guest', LONGER_MS),
    stopped('steady', LONGER_MS),
  ),
})

/** Ends all that a fault may have left: everything works from here on. */
export async function heal({ far, steady, guest }: Omit<Stage, 'random' | 'signal'>): Promise<void> {
  far.hec.faults.clear()
  far.hec.setLoad('normal')
  far.hec.setToken({ token: TOKEN })
  far.sls.faults.clear()
  await far.hec.up()
  for (const service of [steady, guest]) {
    service.start()
    service.signal('SIGCONT')
  }
}

function splunk(fault: HecFault, lastsMs = USUAL_MS): Play {
  return async ({ far, signal }) => {
    let requests = 0
    const rule = far.hec.faults.add({ fault, match: () => ++requests % ONE_IN === 0 })
    await sleep(lastsMs, signal)
    rule.remove()
  }
}

function load(name: LoadName, lastsMs: number, takenEvents?: number): Play {
  return async ({ far, signal }) => {
    far.hec.setLoad(name, takenEvents)
    await sleep(lastsMs, signal)
    far.hec.setLoad('normal')
  }
}

function splunkDown(lastsMs: number): Play {
  return async ({ far, signal }) => {
    await far.hec.down()
    await sleep(lastsMs, signal)
    await far.hec.up()
  }
}

function tokenRefused(lastsMs: number): Play {
  return async ({ far, signal }) => {
    far.hec.removeToken(TOKEN)
    await sleep(lastsMs, signal)
    far.hec.setToken({ token: TOKEN })
  }
}

function sls(call: CallName | undefined, fault: SlsFault, lastsMs = USUAL_MS): Play {
  return async ({ far, signal }) => {
    const rule = far.sls.faults.add({ fault, ...(call && { call }) })
    await sleep(lastsMs, signal)
    rule.remove()
  }
}

/** As many shards as a soak may have at once, to stay as large as it was. */
const MAX_WRITABLE = 12

function split({ sls: server, writable }: SoakFarEnds, random: Random): void {
  const shards = writable()
  const chosen = shards[random.int(shards.length)]
  if (chosen !== undefined && shards.length < MAX_WRITABLE) server.splitShard(PROJECT, LOGSTORE, chosen)
}

/** The first one that has a neighbour to its right. */
function merge({ sls: server, writable }: SoakFarEnds, random: Random): void {
  const shards = writable()
  const from = random.int(shards.length)
  for (const shard of [...shards.slice(from), ...shards.slice(0, from)]) {
    try {
      server.mergeShards(PROJECT, LOGSTORE, shard)
      return
    } catch {
      // It has none: the next one.
    }
  }
}

function worker(death: Death): Play {
  return async ({ steady, signal }) => {
    steady.killWorker(death)
    await sleep(USUAL_MS, signal)
  }
}

function guestKilled(awayMs: number): Play {
  return async ({ guest, signal }) => {
    await guest.kill()
    await sleep(awayMs, signal)
    guest.start()
  }
}

function guestDrains(awayMs: number): Play {
  return async ({ guest, signal }) => {
    await guest.stop()
    await sleep(awayMs, signal)
    guest.start()
  }
}

function stopped(who: 'steady' | 'guest', lastsMs: number): Play {
  return async stage => {
    stage[who].signal('SIGSTOP')
    await sleep(lastsMs, stage.signal)
    stage[who].signal('SIGCONT')
  }
}

/** At the same time. */
function both(...plays: readonly Play[]): Play {
  return async stage => void (await Promise.all(plays.map(play => play(stage))))
}
