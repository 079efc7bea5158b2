import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { threadMemoryBytes } from '../../../../src/worker/report/thread-memory.ts'

test("is this thread's heap and what lies outside of it", () => {
  const before = threadMemoryBytes()
  const held = Buffer.alloc(50_000_000)
  expect(threadMemoryBytes() - before).toBeGreaterThan(45_000_000)
  expect(held.length).toBe(50_000_000)
})

/** `process.memoryUsage` reads a file of /proc, and throws here. */
const WITHOUT_DESCRIPTORS = `
  import { openSync } from 'node:fs'
  import { threadMemoryBytes } from ${JSON.stringify(new URL('../../../../src/worker/report/thread-memory.ts', import.meta.url).href)}
  const exhaust = () => openSync('/dev/null') && exhaust()
  try { exhaust() } catch (error) { console.log(error.code, threadMemoryBytes() > 1_000_000) }
`

test('is told without a file descriptor', () => {
  const limited = ['-c', 'ulimit -n 100 && exec "$@"', 'sh']
  const node = [process.execPath, '--input-type=module', '--eval', WITHOUT_DESCRIPTORS]
  expect(execFileSync('sh', [...limited, ...node], { encoding: 'utf8' })).toBe('EMFILE true\n')
})
