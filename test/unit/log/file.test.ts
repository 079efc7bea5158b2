import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLogFile } from '../../../src/log/file.ts'
import { eventually } from '../../support/eventually.ts'

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

  it('is rotated by its size, and a few are kept, the youngest of them first', async () => {
    const place = directory()
    const limits = { maxSize: '10K', keptFiles: 3 } as const
    const file = await openLogFile(join(place, 'service.log'), neverFails, limits)
    for (let i = 0; i < 95; i++) {
      file.write(`${String(i).padStart(1_023, '0')}\n`)
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    await file.close()
    const files = readdirSync(place).toSorted()
    expect(files).toEqual(['service.log', 'service.log.1', 'service.log.2', 'service.log.3'])
    const firsts = files.map(name => Number(readFileSync(join(place, name), 'utf8').slice(0, 1_023)))
    expect(firsts).toEqual(firsts.toSorted((a, b) => b - a))
    for (const name of files) expect(statSync(join(place, name)).size).toBeLessThanOrEqual(11 * 1024)
  })

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
