/** Every command has help with an example in it. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

const COMMANDS = [
  'run',
  'check',
  'preview',
  'status',
  'checkpoints show',
  'checkpoints reset',
  'dead-letters show',
  'dead-letters replay',
  'demo',
  'completion',
]

describe.concurrent('the help', () => {
  it.each(COMMANDS)('of %s has an example', async command => {
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...command.split(' '), '--help'])
    expect(stdout).toContain(`Example:\n  sls2splunk ${command} `)
  })
})
