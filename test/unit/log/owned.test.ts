import { describe, expect, it } from 'vitest'
import { owned } from '../../../src/log/owned.ts'
import { createReloader } from '../../../src/supervisor/process/reload.ts'
import { handleSignals } from '../../../src/supervisor/process/signals.ts'
import type { ReloadResult } from '../../../src/supervisor/state/reload-result.ts'

function setUp() {
  const said: string[] = []
  const say = (message: string) => void said.push(message.split('\n')[0] ?? '')
  return { said, log: { write: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: say } }
}

const bug = () => Promise.reject(new TypeError('a bug'))

describe('work that nobody waits for', () => {
  it('has an owner, who says how it failed', async () => {
    const { said, log } = setUp()
    await owned(bug(), 'counting sheep', log)
    await owned(Promise.resolve(1), 'counting goats', log)
    expect(said).toEqual(['counting sheep failed unexpectedly: TypeError: a bug'])
  })

  it('is what SIGHUP asks for', async () => {
    const { said, log } = setUp()
    const signals = handleSignals(log, bug)
    process.emit('SIGHUP')
    await new Promise(resolve => setImmediate(resolve))
    signals.close()
    expect(said).toEqual(['reload failed unexpectedly: TypeError: a bug'])
  })
})

describe('a reload', () => {
  it('whose reading throws is one that failed; the configuration before stays', async () => {
    const { said, log } = setUp()
    const results: ReloadResult[] = []
    const reloader = createReloader({
      read: () => {
        throw new URIError('URI malformed')
      },
      apply: async () => ['nothing'],
      log,
      onResult: result => void results.push(result),
    })
    await reloader.reload()
    expect([said, results]).toEqual([['reload failed: URI malformed'], ['failed']])
    expect(reloader.status()).toMatchObject({ ok: false, text: 'URI malformed' })
  })
})
