/** Configuration files for tests: the smallest valid one, with lines added where a test wants them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Environment } from '../../../src/config/interpolate.ts'
import { type LoadResult, loadConfig } from '../../../src/config/load.ts'
import { formatProblem } from '../../../src/config/problem.ts'

interface Added {
  readonly sls?: string
  readonly splunk?: string
  readonly source?: string
  readonly top?: string
}

const ENDPOINT = 'endpoint: cn-hangzhou.log.aliyuncs.com'
const KEYS = 'access_key_id: key-id\naccess_key_secret: hush-key'
const SPLUNK = 'url: https://splunk.example.com:8088\ntoken: hush-token'
const SOURCE = 'project: my-project\nlogstore: audit'

/** Valid as it is: `sls` on lines 1–4, `splunk` behind it, then the source and what belongs to the top. */
export function configText({ sls = '', splunk = '', source = '', top = '' }: Added = {}): string {
  return [
    'sls:',
    indented(`${ENDPOINT}\n${KEYS}\n${sls}`, '  '),
    'splunk:',
    indented(`${SPLUNK}\n${splunk}`, '  '),
    'sources:',
    indented(`${SOURCE}\n${source}`, '    ').replace('   ', '  -'),
    top,
  ].join('\n')
}

export interface Setting {
  readonly env?: Environment
  readonly isTty?: boolean
  /** Files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>
}

/** Loads a text as `config.yaml` of a new directory, which is gone after the test. */
export function load(text: string, { env = {}, isTty = false, files = {} }: Setting = {}): LoadResult {
  const directory = mkdtempSync(join(tmpdir(), 'config-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [name, content] of Object.entries({ ...files, 'config.yaml': text }))
    writeFileSync(join(directory, name), content, { mode: 0o600 })
  return loadConfig({ file: join(directory, 'config.yaml'), env, hostname: 'host.example.com', isTty })
}

/** The problems as people see them, without the directory. */
export function problemLines(text: string, setting?: Setting): string[] {
  const result = load(text, setting)
  return result.kind === 'ok' ? [] : result.problems.map(problem => formatProblem('config.yaml', problem))
}

/** The configuration and its warnings; fails the test when it is not valid. */
export function loaded(text: string, setting?: Setting) {
  const result = load(text, setting)
  if (result.kind === 'ok') return result
  throw new Error(result.problems.map(problem => formatProblem('config.yaml', problem)).join('\n'))
}

function indented(text: string, by: string): string {
  return text.trimEnd().replaceAll(/^/gm, by)
}
