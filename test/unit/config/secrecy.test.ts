import fc from 'fast-check'
import { expect, test } from 'vitest'
import { configText, loaded, problemLines } from './fixture.ts'

const token = (value: string) => configText().replace('hush-token', value)

test.each([
  ['an unclosed quote', token('"hush')],
  ['an alias', token('*hush')],
  ['a tag', token('!hush x')],
  ['a reserved character', token('@hush')],
  ['a directive', token('%hush')],
  ['a second key on the line', token('hush: hush')],
  ['a bad escape', token('"\\hush"')],
  ['a list', token('[hush]')],
  ['a section', token('{ hush: hush }')],
  ['white space', token('hush hush')],
  ['a broken reference', token(`hush\${hush`)],
  ['a key twice', configText({ splunk: 'token: hush' })],
  ['a misspelt key', configText({ splunk: 'tokn: hush' })],
  [
    'a key with another meaning',
    configText({ splunk: 'timeout: hush\ncompression: hush', top: 'log: hush' }),
  ],
  ['a name that is a secret', configText({ source: 'consumer_group: hush hush\nconsumers: hush' })],
  ['a URL with a password', configText().replace('https://splunk', 'https://hush:hush@splunk')],
  ['an endpoint with a password', configText().replace('cn-h', 'https://hush:hush@cn-h')],
  ['a broken proxy with a password', configText({ sls: 'proxy: http://hush:hush@proxy/hush' })],
  ['a proxy with a broken password', configText({ sls: 'proxy: http://hush:hu%sh%hush@proxy:1' })],
  ['a proxy with a broken user name', configText({ sls: 'proxy: http://hush%hush:hush@proxy:1' })],
  ['a secret where its file should be', configText({ top: 'http: { bearer_token_file: hush }' })],
  ['a tab', `sls:\n\taccess_key_secret: hush`],
])('%s is told without its value', (_, text) => {
  const problems = problemLines(text)
  expect(problems).not.toEqual([])
  expect(problems.join('\n').replaceAll('HUSH', '')).not.toContain('hush')
})

test('secrets from the environment and from files are not repeated, whatever is wrong with them', () => {
  const text = configText({ splunk: `token_file: file` })
    .replace('hush-key', `\${KEY}`)
    .replace(/ {2}token: .*\n/, '')
  const secret = fc.string({ minLength: 1, unit: 'binary' }).map(part => `<hush ${part}>`)
  fc.assert(
    fc.property(secret, value => {
      const problems = problemLines(text, { env: { KEY: value }, files: { file: value } })
      expect(problems).toHaveLength(2)
      expect(problems.join('\n')).not.toContain('hush')
    }),
    { numRuns: 50 },
  )
})

test('warnings hold no secrets either', () => {
  const text = configText({ sls: 'proxy: http://hush:hush@proxy:1' }).replace(
    'https://splunk',
    'http://splunk',
  )
  expect(loaded(text).warnings.join('\n')).not.toContain('hush')
})

test('nor do warnings about the environment', () => {
  const env = { HTTPS_PROXY: 'http://hush:hu%sh%hush@proxy:1', http_proxy: 'hush://hush:hush@proxy' }
  const { warnings } = loaded(configText(), { env })
  expect(warnings).toHaveLength(2)
  expect(warnings.join('\n')).not.toContain('hush')
})
