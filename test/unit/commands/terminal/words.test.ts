import { expect, test } from 'vitest'
import { count, excerptOf, plain } from '../../../../src/commands/terminal/words.ts'

test('what a far end said is one line without control characters, and not for ever', () => {
  expect(plain('a\u001b[2J\r\n b\u202e\tc ')).toBe('a [2J b c')
  expect(excerptOf('a\u001b[2J\r\n b\u202e\tc ')).toBe('a [2J b c')
  expect(excerptOf('x'.repeat(500))).toHaveLength(121)
})

test.each([
  [0, '0 letters'],
  [1, '1 letter'],
  [3, '3 letters'],
])('%i is %s', (n, text) => expect(count(n, 'letter')).toBe(text))
