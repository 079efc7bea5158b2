/** Log lines of the whole program: pino's levels and fields, three ways of writing them, no secret in any of them. */

import { pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { LogConfig, LogLevel } from '../config/types.ts'

export type LogFields = Readonly<Record<string, string | number | boolean>>

export interface Log {
  write(level: LogLevel, message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export interface LogOptions extends Pick<LogConfig, 'level' | 'format'> {
  /** Values that must never appear; replaced wherever they stand. */
  readonly secrets: readonly string[]
  readonly output: (text: string) => void
  /** The same lines as JSON, whatever the format is. */
  readonly file?: (line: string) => void
  /** Told of every line of level info and above, without secrets, whatever the level of the log is. */
  readonly onLine?: (line: SaidLine) => void
}

export interface SaidLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** A log whose level and secrets change with the configuration. */
export interface ChangingLog extends Log {
  setLevel(level: LogLevel): void
  /** Further values that must not appear from now on. */
  addSecrets(secrets: readonly string[]): void
  /** For what is said elsewhere than in the log. */
  redact(text: string): string
}

export function createLog({ level, format, secrets, output, file, onLine }: LogOptions): ChangingLog {
  const known = new Set(secrets)
  let redact = createRedactor(secrets)
  const render = FORMATS[format]()
  const options = { level, base: null, messageKey: 'message', timestamp: pino.stdTimeFunctions.isoTime }
  const logger = pino(
    { ...options, formatters: { level: label => ({ level: label }) } },
    {
      write(line: string) {
        output(render(line))
        file?.(line)
      },
    },
  )
  // Redacted before it is a line: what stands around the texts is never touched.
  const clean = (fields: LogFields) =>
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? redact(value) : value]),
    )
  const write = (at: LogLevel, message: string, fields: LogFields = {}) => {
    const line = { level: at, message: redact(message), fields: clean(fields) }
    logger[at](line.fields, line.message)
    if (at !== 'trace' && at !== 'debug') onLine?.(line)
  }
  return {
    write,
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    setLevel(to) {
      logger.level = to
    },
    redact: text => redact(text),
    addSecrets(more) {
      for (const secret of more) known.add(secret)
      redact = createRedactor([...known])
    },
  }
}

const FORMATS: Readonly<Record<LogConfig['format'], () => (line: string) => string>> = {
  json: () => line => line,
  pretty: () =>
    prettyFactory({ messageKey: 'message', colorize: process.stdout.isTTY === true, singleLine: true }),
  journal: () => journalLine,
}

/** The priority that journald reads from the front of a line (sd-daemon). */
const PRIORITY: Readonly<Record<string, number>> = { trace: 7, debug: 7, info: 6, warn: 4, error: 3 }

/** journald has the time already: priority, message, then the fields. It takes each line for an entry of its own. */
function journalLine(line: string): string {
  const { level, time: _, message, ...fields } = JSON.parse(line)
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${String(value)}`)
  const priority = `<${PRIORITY[level] ?? 6}>`
  const text = `${message}${pairs.join('')}`
  return `${priority}${text.replaceAll('\n', `\n${priority}`)}\n`
}

/** A shorter one would take ordinary words out of every line. */
const SHORTEST_SECRET = 4

/** Replaces every secret, as it stands, as it looks inside a JSON string, and inside one in another. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const quoted = (text: string) => JSON.stringify(text).slice(1, -1)
  const forms = secrets.flatMap(secret => [secret, quoted(secret), quoted(quoted(secret))])
  const distinct = [...new Set(forms)]
    .filter(form => form.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
  return text => distinct.reduce((rest, form) => rest.replaceAll(form, '***'), text)
}
