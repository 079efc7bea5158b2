import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '../../../../src/log/log.ts'
import { handleSignals } from '../../../../src/supervisor/process/signals.ts'
import { eventually } from '../../../support/eventually.ts'

test('a reload that fails is said and ends nothing', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', format: 'json', secrets: [], output: line => void lines.push(line) })
  const signals = handleSignals(log, () => Promise.reject(new Error('boom')))
  onTestFinished(signals.close)
  process.emit('SIGHUP')
  const line = await eventually(() => lines[0], { withinMs: 5_000, what: 'a line' })
  expect(line).toContain('"level":"error"')
  expect(line).toContain('reload failed unexpectedly: Error: boom')
  expect(signals.soft.aborted).toBe(false)
})
