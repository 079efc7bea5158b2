import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseDurationMs } from '../../../src/base/units.ts'
import { EXIT } from '../../../src/commands/terminal/exit.ts'
import { configJsonSchema } from '../../../src/config/json-schema.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const unit = read('systemd/sls2splunk.service')

/** What a worker is given after `drain_timeout` before it is killed. */
const DRAIN_GRACE_MS = 15_000

describe('the unit', () => {
  test('does not start again on an invalid configuration', () => {
    expect(settings('RestartPreventExitStatus')).toEqual([String(EXIT.config)])
    expect(settings('Restart')).toEqual(['always'])
  })

  test('leaves more time for stopping than a drain may take', () => {
    const drainMs = parseDurationMs(
      JSON.parse(configJsonSchema()).properties.worker.properties.drain_timeout.default,
    )
    const [stop = ''] = settings('TimeoutStopSec')
    expect(parseDurationMs(stop)).toBeGreaterThan(Number(drainMs) + DRAIN_GRACE_MS)
  })

  test('starts the installed package with the Node that comes with it', () => {
    const { name, bin } = JSON.parse(read('package.json'))
    const modules = '/opt/sls2splunk/node_modules'
    expect(settings('ExecStart')).toEqual([
      `${modules}/.bin/node ${modules}/${name}/${bin[name]} run --config /etc/sls2splunk/config.yaml`,
    ])
  })

  test('lets no core be dumped: the keys, tokens and logs in memory would lie on the disk', () => {
    expect(settings('LimitCORE')).toEqual(['0'])
  })

  test('does not forbid what the JavaScript engine lives on', () => {
    expect(settings('MemoryDenyWriteExecute')).toEqual([])
  })
})

test('the example of the environment file names what the shipped config.yaml takes', () => {
  const named = read('systemd/environment.example').matchAll(/^([A-Z_]+)=/gm)
  const withoutComments = read('config.yaml').replaceAll(/#.*$/gm, '')
  const taken = withoutComments.matchAll(/\$\{([A-Z_]+)/g)
  expect([...named].map(([, name]) => name).sort()).toEqual([...taken].map(([, name]) => name).sort())
})

test('the user that the unit names is the one that systemd-sysusers makes', () => {
  const [user = ''] = settings('User')
  expect(read('systemd/sysusers.d/sls2splunk.conf')).toMatch(new RegExp(`^u ${user} - `, 'm'))
})

function settings(key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)
}
