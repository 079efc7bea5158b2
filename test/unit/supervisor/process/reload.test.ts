import { describe, expect, test } from 'vitest'
import type { Config } from '../../../../src/config/types.ts'
import { createLog } from '../../../../src/log/log.ts'
import { createReloader, type ReloadParts } from '../../../../src/supervisor/process/reload.ts'
import type { ReloadResult } from '../../../../src/supervisor/state/reload-result.ts'
import { configText, loaded } from '../../config/fixture.ts'

/** A reloader, what it logs and what it reports. */
function setUp(parts: Partial<Pick<ReloadParts, 'read' | 'apply'>>) {
  const lines: string[] = []
  const results: ReloadResult[] = []
  const reloader = createReloader({
    read: () => ({ kind: 'ok', config: aConfig(), warnings: [] }),
    apply: async () => [],
    log: createLog({ level: 'info', format: 'json', secrets: [], output: line => void lines.push(line) }),
    onResult: result => void results.push(result),
    ...parts,
  })
  return { reloader, results, said: () => lines.map(line => JSON.parse(line)) }
}

const aConfig = (): Config => loaded(configText()).config
const boom = () => {
  throw new Error('boom')
}

describe('a reload that throws', () => {
  test.each([
    ['reading', { read: boom }],
    ['applying', { apply: boom }],
  ])('while %s fails, and says so', async (_, parts) => {
    const { reloader, results, said } = setUp(parts)
    await reloader.reload()
    expect(results).toEqual(['failed'])
    expect(said().at(-1)).toMatchObject({ level: 'error', message: 'reload failed: boom' })
    expect(reloader.status()).toMatchObject({ ok: false, text: 'boom' })
  })
})
