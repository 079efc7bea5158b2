/** A worker thread is killed wherever it waits for somebody; its supervisor starts it again. */

import { killed } from './support/kills.ts'
import { scenarios } from './support/scenario.ts'
import { threadVictim } from './support/victims.ts'

scenarios('Service', () => killed('a worker thread is killed', threadVictim))
