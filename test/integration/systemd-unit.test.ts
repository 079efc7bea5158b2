import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const unitFile = fileURLToPath(new URL('../../systemd/sls2splunk.service', import.meta.url))

const analyzes = spawnSync('systemd-analyze', ['--version']).status === 0
if (!analyzes) process.stderr.write('skipped: systemd-analyze is missing (Debian package systemd)\n')

/** What systemd calls OK is below 5; every switch that is turned off costs 0.1 to 0.5. */
const EXPOSURE_AT_MOST = 1.5

describe.skipIf(!analyzes)('systemd', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'sls2splunk-unit-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test('takes the unit without a word', () => {
    // The program is not installed here; some other that is there stands in for it.
    const text = readFileSync(unitFile, 'utf8').replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
    const file = join(directory, 'sls2splunk.service')
    writeFileSync(file, text)
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file])
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
  })

  test('finds it little exposed', () => {
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unitFile])
    const [, exposure] = /Overall exposure level for .*: ([\d.]+)/.exec(String(stdout)) ?? []
    expect(Number(exposure)).toBeLessThanOrEqual(EXPOSURE_AT_MOST)
  })
})
