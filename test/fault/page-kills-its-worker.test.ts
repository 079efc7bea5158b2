/**
 * A log group on which a worker works for ever: a route's regular expression backtracks without end on its topic. The
 * thread is given up as stalled each time; the group is found and put aside, and everything around it is delivered.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { encodeLogGroupList } from '../../src/simulator/wire.ts'
import { lettersIn } from '../support/dead-letters.ts'
import { LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { readAgain } from './support/bounds.ts'
import { byItself, scenarios } from './support/scenario.ts'
import { said } from './support/waits.ts'

const POISON = `${'a'.repeat(60)}!`
const contents = [{ key: 'why', value: 'poison' }]
const GROUP = { topic: POISON, tags: [], logs: [{ timeSeconds: 1_700_000_000, contents }] }
const ENDLESS = { kind: 'regex', source: '^(a+)+$', flags: '' } as const

const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-quarantine-'))

scenarios('Service', () => [
  {
    fault: 'a log group that stalls its worker for ever, each time it is read',
    services: [
      {
        overrides: {
          worker: { stalledAfterMs: 2_500 },
          deadLetters: { directory },
          source: {
            routes: [{ match: [{ on: { kind: 'topic' }, patterns: [ENDLESS] }], action: { kind: 'drop' } }],
          },
        },
      },
    ],
    async strike({ far, services, onEnd }) {
      onEnd(() => rmSync(directory, { recursive: true, force: true }))
      const [running] = services
      if (!running) return byItself
      far.sls.append(PROJECT, LOGSTORE, 0, [GROUP])
      await said(running, 'of shard 0 has ended its worker three times in a row', 1)
      await said(running, 'it goes to the dead letters unread', 1)
      await said(running, 'went to the dead letters', 1)
      return byItself
    },
    duplicates: readAgain,
    after() {
      const letters = lettersIn(directory)
      expect(letters.map(({ reason, shard }) => [reason, shard])).toEqual([['kills-worker', 0]])
      const { log_group_base64: group } = JSON.parse(letters[0]?.event ?? '{}')
      expect(group).toBe(encodeLogGroupList([GROUP]).toString('base64'))
    },
  },
])
