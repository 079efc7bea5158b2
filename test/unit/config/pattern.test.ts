import { expect, test } from 'vitest'
import { parsePattern } from '../../../src/config/pattern.ts'

test.each([
  ['audit_log', { kind: 'exact', text: 'audit_log' }],
  ['/var/log/messages', { kind: 'exact', text: '/var/log/messages' }],
  ['/', { kind: 'exact', text: '/' }],
  ['//', { kind: 'exact', text: '//' }],
  ['Describe*', { kind: 'glob', glob: 'Describe*' }],
  ['a?c', { kind: 'glob', glob: 'a?c' }],
  ['/var/log/*.log', { kind: 'glob', glob: '/var/log/*.log' }],
  ['/^a+$/', { kind: 'regex', source: '^a+$', flags: '' }],
  ['/audit/iu', { kind: 'regex', source: 'audit', flags: 'iu' }],
  ['/a\\/b/', { kind: 'regex', source: 'a\\/b', flags: '' }],
  ['/[/]x/', { kind: 'regex', source: '[/]x', flags: '' }],
])('%s', (written, value) => {
  expect(parsePattern(written)).toEqual({ kind: 'ok', value })
})

test.each([
  ['/(/', 'is not a regular expression: Unterminated group'],
  ['/a**/', 'is not a regular expression: Nothing to repeat'],
  ['/a/g', 'has the flag g, which has no use here; these have: i, m, s, u, v'],
  ['/a/uv', 'is not a regular expression: '],
  [
    '/var/log/',
    'could be a path or a regular expression; write it as a regular expression, with \\/ for each slash in it',
  ],
])('%s: %s', (written, message) => {
  expect(parsePattern(written)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) })
})
