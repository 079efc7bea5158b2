import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLogFile } from '../../src/log-file.ts'
import { eventually } from '../support/eventually.ts'

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'sls2splunk-log-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const neverFails = (message: string) => {
  throw new Error(message)
}

describe('a log file', () => {
  it('has every line, also those of an earlier process, in a directory that is made', async () => {
    const path = join(directory(), 'deep', 'service.log')
    for (const line of ['one\n', 'two\n']) {
      const file = await openLogFile(path, neverFails)
      file.write(line)
      await file.close()
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
  })

  it('is rotated at 100 MB, and five are kept', async () => {
    const place = directory()
    const file = await openLogFile(join(place, 'service.log'), neverFails)
    const line = `${'x'.repeat(4 * 1024 * 1024 - 1)}\n`
    for (let i = 0; i < 200; i++) {
      file.write(line)
      // Memory is not what is tested.
      if (i % 10 === 9) await new Promise(resolve => setImmediate(resolve))
    }
    await file.close()
    const sizes = readdirSync(place).map(name => statSync(join(place, name)).size)
    expect(sizes.length).toBeGreaterThan(5)
    expect(sizes.length).toBeLessThanOrEqual(6)
    for (const size of sizes) expect(size).toBeLessThanOrEqual(110 * 1024 * 1024)
  }, 60_000)

  it('that cannot be written is said once', async () => {
    const messages: string[] = []
    const file = await openLogFile(join('/proc', 'service.log'), message => void messages.push(message))
    file.write('one\n')
    await eventually(() => messages.length > 0, { withinMs: 5_000, what: 'a message' })
    file.write('two\n')
    await file.close().catch(() => {})
    expect(messages).toHaveLength(1)
  })
})
