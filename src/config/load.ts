/** `config.yaml` → `Config`, or every problem of the file at once. */

import { existsSync } from 'node:fs'
import { hostname as hostName } from 'node:os'
import { dirname, resolve } from 'node:path'
import { secretsOf, warningsOf } from './advice.ts'
import { type ConfigDocument, fileProblem, parseConfigDocument } from './document.ts'
import { filesOf, readTextFile } from './files.ts'
import type { Environment } from './interpolate.ts'
import { problemsOf } from './issues.ts'
import { type Problem, sortedByPlace } from './problem.ts'
import { takeOutLaterOptions } from './refuse-later.ts'
import { configSchema, type Surroundings } from './schema/config.ts'
import { sourceClashes } from './source-rules.ts'
import type { Config, LogConfig } from './types.ts'

/** Where the configuration is looked for when no file is named. */
export const CONFIG_FILES = ['config.yaml', '/etc/sls2splunk/config.yaml'] as const

export interface LoadOptions {
  readonly file: string
  readonly env: Environment
  /** Default: this host's name. */
  readonly hostname?: string
  /** Whether the log goes to a terminal; for `log.format: auto`. */
  readonly isTty?: boolean
}

export type LoadResult =
  | {
      readonly kind: 'ok'
      readonly config: Config
      readonly warnings: readonly string[]
      /** Values that must not be logged. */
      readonly secrets: readonly string[]
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/** The first configuration file there is, or undefined. */
export function findConfigFile(): string | undefined {
  return CONFIG_FILES.find(file => existsSync(file))
}

/** Reads and checks a configuration. Whatever is in the file, or not in it, is a problem and not an exception. */
export function loadConfig(options: LoadOptions): LoadResult {
  const text = readTextFile(options.file)
  if (text.kind === 'wrong') return { kind: 'invalid', problems: [fileProblem(text.message)] }
  const parsed = parseConfigDocument(text.value, options.env)
  return parsed.kind === 'ok'
    ? checkDocument(parsed.document, surroundingsOf(options), options.env)
    : { kind: 'invalid', problems: sortedByPlace(parsed.problems) }
}

function checkDocument(document: ConfigDocument, around: Surroundings, env: Environment): LoadResult {
  const later = takeOutLaterOptions(document.tree).map(({ path, message }) =>
    document.problemAt(path, 'key', message),
  )
  const clashes = sourceClashes(document.tree, around.instance).map(({ path, message }) =>
    document.problemAt(path, 'value', message),
  )
  const result = configSchema(around).safeParse(document.tree, { reportInput: true })
  const found = result.success ? [] : problemsOf(result.error.issues, document)
  const problems = [...document.problems, ...later, ...clashes, ...found]
  if (!result.success || problems.length > 0) return { kind: 'invalid', problems: sortedByPlace(problems) }

  const config = deepFreeze(result.data)
  const warnings = [...warningsOf(config, env), ...around.files.warnings]
  return { kind: 'ok', config, warnings, secrets: secretsOf(config) }
}

function surroundingsOf({ file, env, hostname = hostName(), isTty = false }: LoadOptions): Surroundings {
  return {
    file,
    files: filesOf(dirname(resolve(file))),
    instance: hostname.replaceAll(/[^0-9a-zA-Z_-]/g, '-').slice(0, 128) || 'sls2splunk',
    stateDirectory: env.STATE_DIRECTORY || './state',
    logFormat: automaticLogFormat(env, isTty),
  }
}

function automaticLogFormat(env: Environment, isTty: boolean): LogConfig['format'] {
  if (env.JOURNAL_STREAM) return 'journal'
  return isTty ? 'pretty' : 'json'
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part)
  return Object.freeze(value)
}
