/** The process is killed without a warning wherever it waits for somebody, and started again. */

import { killed } from './support/kills.ts'
import { waitsFor } from './support/moments.ts'
import { scenarios } from './support/scenario.ts'
import { processVictim } from './support/victims.ts'

const BEFORE_ITS_THREADS = [
  { when: 'while it makes the consumer group', moment: waitsFor({ call: 'CreateConsumerGroup' }) },
]

scenarios('Service', () => killed('the process is killed (SIGKILL)', processVictim, BEFORE_ITS_THREADS))
