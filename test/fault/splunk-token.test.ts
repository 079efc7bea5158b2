/** The HEC token is refused or disabled: everything waits, and goes on by itself when it is mended. */

import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { TOKEN } from '../support/far-ends.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { notReady } from './support/splunk.ts'

const deleted: Scenario = {
  fault: 'the HEC token is deleted in Splunk, and made again',
  async strike({ far, services: [running] }) {
    far.hec.removeToken(TOKEN)
    if (running) await notReady(running, 'splunk-token-refused')
    return () => far.hec.setToken({ token: TOKEN })
  },
}

const disabled: Scenario = {
  fault: 'the HEC token is disabled in Splunk, and enabled again',
  async strike({ far, services: [running] }) {
    far.hec.setToken({ token: TOKEN, disabled: true })
    if (running) await notReady(running, 'splunk-token-disabled')
    return () => far.hec.setToken({ token: TOKEN })
  },
}

const directory = join(tmpdir(), `sls2splunk-token-${randomUUID()}`)
const tokenFile = join(directory, 'token')

const replaced: Scenario = {
  fault: 'the HEC token is replaced in Splunk, and in its file afterwards',
  services: [{ overrides: { splunk: { tokenFile } } }],
  before() {
    mkdirSync(directory)
    writeFileSync(tokenFile, `${TOKEN}\n`)
  },
  async strike({ far, services: [running], onEnd }) {
    onEnd(() => rmSync(directory, { recursive: true, force: true }))
    far.hec.removeToken(TOKEN)
    far.hec.setToken({ token: 'the-next-token' })
    if (running) await notReady(running, 'splunk-token-refused')
    // Half a file, as an editor leaves it for a moment.
    writeFileSync(tokenFile, '')
    return () => writeFileSync(tokenFile, 'the-next-token\n')
  },
}

const somewhere: Scenario = {
  fault: 'a new HEC token is not known on every indexer yet',
  case: 'two endpoints, one of which refuses it',
  world: { receivers: 2 },
  async strike({ far, services: [running] }) {
    far.hecs[1]?.removeToken(TOKEN)
    const refusals = () => far.hecs[1]?.counters.answers['403/4'] ?? 0
    await eventually(() => refusals() > 1, { withinMs: 40_000, what: 'it was refused twice' })
    return () => {
      if (running?.service.readiness().ready === false)
        throw new Error('not ready, though one endpoint works')
      far.hecs[1]?.setToken({ token: TOKEN })
    }
  },
}

scenarios('Splunk', () => [deleted, disabled, replaced, somewhere])
