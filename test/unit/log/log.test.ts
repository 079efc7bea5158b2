import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogConfig } from '../../../src/config/types.ts'
import { createLog, createRedactor, type LogFields } from '../../../src/log/log.ts'

const FORMATS = ['json', 'pretty', 'journal'] as const
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const

function setUp({
  level = 'trace',
  format = 'json',
  secrets = [],
}: Partial<LogConfig> & { secrets?: string[] } = {}) {
  const lines: string[] = []
  const log = createLog({ level, format, secrets, output: line => void lines.push(line) })
  return { log, lines }
}

function lineOf(
  format: LogConfig['format'],
  secrets: string[],
  message: string,
  fields: LogFields = {},
): string {
  const { log, lines } = setUp({ format, secrets })
  log.info(message, fields)
  return lines.join('')
}

describe('a log line', () => {
  it('as JSON has level, time, fields and message', () => {
    const { log, lines } = setUp()
    log.warn('careful', { source: 'logs', shard: 3, held: true })
    expect(lines.map(line => JSON.parse(line))).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        source: 'logs',
        shard: 3,
        held: true,
        message: 'careful',
      },
    ])
    expect(lines[0]?.endsWith('\n')).toBe(true)
  })

  it.each([
    ['trace', 7],
    ['debug', 7],
    ['info', 6],
    ['warn', 4],
    ['error', 3],
  ] as const)(
    'for the journal begins with the priority of %s, and leaves the time to it',
    (level, priority) => {
      const { log, lines } = setUp({ format: 'journal' })
      log.write(level, 'happened', { source: 'logs', shard: 3 })
      expect(lines).toEqual([`<${priority}>happened source=logs shard=3\n`])
    },
  )

  it('for the journal has its priority on every line of a message: each becomes an entry', () => {
    const { log, lines } = setUp({ format: 'journal' })
    log.error('ended: Error: x\n    at y\n    at z', { consumer: 'c' })
    expect(lines).toEqual(['<3>ended: Error: x\n<3>    at y\n<3>    at z consumer=c\n'])
  })

  it.each(FORMATS)('in the format %s takes the message as it is: percent signs mean nothing', format => {
    expect(lineOf(format, [], 'lag 5 %, %s %d %j %% 100%')).toContain('lag 5 %, %s %d %j %% 100%')
  })

  it('for a terminal holds message and fields on one line', () => {
    const line = lineOf('pretty', [], 'happened', { source: 'logs', shard: 3 })
    expect(line).toMatch(/INFO.*happened.*"source":"logs".*"shard":3/)
    expect(line.trimEnd()).not.toContain('\n')
  })

  it.each(LEVELS)('below the level %s is not written', level => {
    const { log, lines } = setUp({ level })
    for (const each of LEVELS) log.write(each, each)
    const written = lines.map(line => JSON.parse(line).level)
    expect(written).toEqual(LEVELS.slice(LEVELS.indexOf(level)))
  })

  it.each(['debug', 'info', 'warn', 'error'] as const)('of level %s has a function of its own', level => {
    const { log, lines } = setUp()
    log[level]('happened', { a: 1 })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, message: 'happened', a: 1 })
  })
})

describe('a secret', () => {
  const SECRETS = [
    '11111111-2222-3333-4444-555555555555',
    'quo"ted\\back',
    'line\nfeed\ttab',
    'schlüssel-密钥',
    'p@ss=w&rd',
  ]

  it.each(FORMATS.flatMap(format => SECRETS.map(secret => [format, secret] as const)))(
    'is in no line of the format %s: %j',
    (format, secret) => {
      const line = lineOf(format, SECRETS, `the token ${secret} was refused, ${secret}`, {
        answer: `x${secret}y`,
      })
      for (const form of formsOf(secret)) expect(line).not.toContain(form)
      expect(line).toContain('the token *** was refused, ***')
      expect(line).toContain('x***y')
    },
  )

  it.each(FORMATS)(
    'is in no line of the format %s either where it was quoted once already, as a body in a message is',
    format => {
      for (const secret of SECRETS) {
        const line = lineOf(format, SECRETS, `answered ${JSON.stringify({ token: secret })}`, {
          excerpt: JSON.stringify(JSON.stringify(secret)),
        })
        for (const form of formsOf(secret)) expect(line).not.toContain(form)
      }
    },
  )

  it('is hidden whole also when another one is a part of it', () => {
    const redact = createRedactor(['abcd', 'abcdefgh'])
    expect(redact('x abcdefgh y abcd z')).toBe('x *** y *** z')
  })

  it('that is too short to be one leaves words alone, as does an empty one', () => {
    expect(createRedactor(['', 'a', 'abc'])('a banana, abc')).toBe('a banana, abc')
  })

  it('leaves lines whole and JSON, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 4, unit: 'binary' }), { maxLength: 3 }),
        fc.string(),
        (secrets, text) => {
          for (const format of FORMATS) expect(lineOf(format, secrets, text, { field: text })).toMatch(/\n$/)
          JSON.parse(lineOf('json', secrets, text, { field: text }))
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each(FORMATS)('that looks like the frame of a line does not break the format %s', format => {
    const secrets = ['","message":"', '"level"', 'info', 'message', '{"level":"info"']
    expect(lineOf(format, secrets, 'happened', { a: 1 }).replace(/[\d-]+T?[\d:.]+Z?/, '')).toBe(
      lineOf(format, [], 'happened', { a: 1 }).replace(/[\d-]+T?[\d:.]+Z?/, ''),
    )
  })

  /** As it stands, and as it looks inside JSON, and inside that again. */
  function formsOf(secret: string): string[] {
    const quoted = JSON.stringify(secret).slice(1, -1)
    return [secret, quoted, JSON.stringify(quoted).slice(1, -1)]
  }
})

describe('a log that changes', () => {
  it('has another level from now on, and hides what has become a secret', () => {
    const { log, lines } = setUp({ level: 'info' })
    log.debug('unheard')
    log.setLevel('debug')
    log.debug('heard with hush-hush')
    log.addSecrets(['hush-hush'])
    log.info('again hush-hush')
    expect(lines.map(line => JSON.parse(line).message)).toEqual(['heard with hush-hush', 'again ***'])
    expect(log.redact('hush-hush')).toBe('***')
  })

  it('goes to a file as JSON, and its lines from info on to whoever listens, without secrets', () => {
    const [file, said]: [string[], string[]] = [[], []]
    const log = createLog({
      level: 'error',
      format: 'journal',
      secrets: ['hush-hush'],
      output: () => {},
      file: line => void file.push(line),
      onLine: ({ level, message }) => void said.push(`${level} ${message}`),
    })
    log.debug('small')
    log.info('a hush-hush')
    log.error('b')
    expect(file.map(line => JSON.parse(line).message)).toEqual(['b'])
    expect(said).toEqual(['info a ***', 'error b'])
  })
})
