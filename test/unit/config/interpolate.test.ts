import { expect, test } from 'vitest'
import { interpolate } from '../../../src/config/interpolate.ts'

const env = { HOST: 'box', EMPTY: '', MONEY: '$5 $& $1', NESTED: `\${HOST}` }

test.each([
  ['plain', 'plain', []],
  [`\${HOST}`, 'box', ['HOST']],
  [`https://\${HOST}:1/\${HOST}`, 'https://box:1/box', ['HOST', 'HOST']],
  [`\${EMPTY}`, '', ['EMPTY']],
  [`\${EMPTY:-other}`, 'other', ['EMPTY']],
  [`\${UNSET:-}`, '', ['UNSET']],
  [`\${UNSET:-./state dir}`, './state dir', ['UNSET']],
  [`\${HOST:-other}`, 'box', ['HOST']],
  ['$$', '$', []],
  [`$$\{HOST}`, `\${HOST}`, []],
  [`$$$\{HOST}`, '$box', ['HOST']],
  ['/^a$/', '/^a$/', []],
  ['pa$word', 'pa$word', []],
  [`\${MONEY}`, '$5 $& $1', ['MONEY']],
  [`\${NESTED}`, `\${HOST}`, ['NESTED']],
])('%j becomes %j', (text, expected, variables) => {
  expect(interpolate(text, env)).toEqual({ kind: 'ok', text: expected, variables })
})

test.each([
  [`\${UNSET}`, [`the environment variable UNSET is not set; set it, or give a default with \${UNSET:-…}`]],
  [`\${A}\${B:-b}\${C}`, ['variable A is not set', 'variable C is not set']],
  [`\${HOST`, ['a literal $ is written $$']],
  [`\${}`, ['a literal $ is written $$']],
  [`\${1ST}`, ['a literal $ is written $$']],
  [`\${HOST-x}`, ['a literal $ is written $$']],
])('%j is refused', (text, messages) => {
  const result = interpolate(text, env)
  expect(result.kind === 'wrong' && result.messages).toEqual(
    messages.map(message => expect.stringContaining(message)),
  )
})
