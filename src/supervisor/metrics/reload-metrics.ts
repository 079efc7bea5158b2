/** How reloads of the configuration went. */

import { Counter, Gauge } from 'prom-client'
import type { ReloadResult } from '../state/reload-result.ts'
import type { Registers } from './registers.ts'

export function createReloadMetrics(prefix: string, registers: Registers): (result: ReloadResult) => void {
  const reloads = new Counter({
    name: `${prefix}config_reloads_total`,
    help: 'Reloads of the configuration by result.',
    labelNames: ['result'],
    registers,
  })
  const successful = new Gauge({
    name: `${prefix}config_last_reload_successful`,
    help: '1 while the configuration in effect is the one that was read last.',
    registers,
  })
  const at = new Gauge({
    name: `${prefix}config_last_reload_timestamp_seconds`,
    help: 'When the configuration was read last, unix time.',
    registers,
  })
  successful.set(1)
  at.set(Math.round(Date.now() / 1_000))
  return result => {
    reloads.inc({ result })
    successful.set(result === 'applied' ? 1 : 0)
    at.set(Math.round(Date.now() / 1_000))
  }
}
