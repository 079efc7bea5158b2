/** A shard that the fleet shares: its server, its judge, and the runners that members start of it. */

import type { KnownPositions } from '../../../../src/worker/shard/known-positions.ts'
import type { ShardRunner } from '../../../../src/worker/shard/runner.ts'
import { createDeadLetters } from './dead-letters.ts'
import type { GroupServer } from './group-server.ts'
import type { Member, Starter } from './member.ts'
import { createShardJudge } from './shard-judge.ts'
import { createShardServer, type Operation, positionOf, type ShardServer } from './shard-server.ts'
import { createSplunk } from './splunk.ts'
import { startRunner } from './start-runner.ts'

export interface FleetShardOptions {
  readonly id: number
  readonly group: GroupServer
  readonly inOrder: boolean
  readonly positions: KnownPositions
  readonly violation: (text: string) => void
}

export type FleetShard = ReturnType<typeof createFleetShard>

export function createFleetShard({ id, group, inOrder, positions, ...options }: FleetShardOptions) {
  const refused = new Set<string>()
  const owners = new Map<string, Member>()
  const judge = createShardJudge(() => server.end())

  function see(client: string, operation: Operation | 'send', position?: number): void {
    const member = owners.get(client)
    if (!member || member.isDead()) return
    if (!member.mayAct() && (operation === 'save' || operation === 'send'))
      judge.violation(`${client} makes a request (${operation}) after its lease`)
    judge.requested(client, operation, position)
  }

  const server: ShardServer = createShardServer({
    owner: () => group.holderOf(id),
    onSaved(client, position, previous) {
      judge.saved(client, position, previous)
      group.saved(id, position === server.end())
    },
    onRequest: see,
    onStored: judge.stored,
    onBegin: judge.elsewhere,
    onStray: () => {},
    onRefused: client => void refused.add(client),
  })
  const deliverFor = createSplunk({
    onSend: client => see(client, 'send'),
    onAccepted: judge.accepted,
  })

  function start({ member, hold }: Starter): ShardRunner {
    const client = `${member.name}#${owners.size}`
    owners.set(client, member)
    const { runner, lentBytes } = startRunner({
      shard: id,
      inOrder,
      hold,
      client: server.connect({ client, consumer: member.name, calls: member.sls }),
      deliverFor: deliverFor(client, member.splunk),
      deadLetters: createDeadLetters(id => judge.accepted(client, id)),
      known() {
        const position = positions.of(id)
        if (position !== undefined) judge.elsewhere(client, positionOf(position))
        return position
      },
    })
    void runner.ended.then(() => {
      judge.lost(client)
      if (lentBytes() !== 0) judge.violation(`${client} has not given back all memory`)
    })
    return runner
  }

  function look(): void {
    for (const client of refused) judge.lost(client)
    for (const text of judge.violations()) options.violation(`shard ${id}: ${text}`)
  }

  /** All that was ever there is delivered and saved. */
  function lookAtEnd(): void {
    look()
    const state = [judge.settledUpTo(), server.stored(), server.end()]
    if (new Set(state).size > 1) options.violation(`shard ${id}: delivered, saved, end: ${state.join()}`)
  }

  return { server, start, look, lookAtEnd }
}
