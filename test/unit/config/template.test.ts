import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIndexTemplate, parseTemplate } from '../../../src/config/template.ts'

const text = (value: string) => ({ kind: 'text', text: value })

test.each([
  ['main', [text('main')]],
  ['{topic}', [{ kind: 'variable', name: 'topic' }]],
  [
    'sls:{project}/{logstore}',
    [text('sls:'), { kind: 'variable', name: 'project' }, text('/'), { kind: 'variable', name: 'logstore' }],
  ],
  ['{tag.__hostname__}', [{ kind: 'tag', name: '__hostname__' }]],
  ['{tag.a.b c}', [{ kind: 'tag', name: 'a.b c' }]],
  ['a{{b}}c', [text('a{b}c')]],
  ['{{{shard}}}', [text('{'), { kind: 'variable', name: 'shard' }, text('}')]],
  ['{{topic}}', [text('{topic}')]],
  ['', []],
])('%j', (template, value) => {
  expect(parseTemplate(template)).toEqual({ kind: 'ok', value })
})

test.each([
  ['{topik}', 'has an unknown variable {topik}, did you mean topic?'],
  ['{time}', 'has an unknown variable {time}; known here: topic, source, project, logstore, shard, tag.NAME'],
  ['{}', 'has an unknown variable {}'],
  ['{tag.}', 'has an unknown variable {tag.}'],
  ['a{b', 'has a single {; write {{ for a brace'],
  ['a}', 'has a single }; write }} for a brace'],
  ['{field.user}', '{field.NAME} is not available in this version'],
])('%j: %s', (template, message) => {
  expect(parseTemplate(template)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) })
})

test('any text can be written with its braces doubled', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), value => {
      const written = value.replaceAll('{', '{{').replaceAll('}', '}}')
      expect(parseTemplate(written)).toEqual({ kind: 'ok', value: [text(value)] })
    }),
  )
})

test('an index holds no white space', () => {
  expect(parseIndexTemplate('sec {topic}').kind).toBe('wrong')
  expect(parseIndexTemplate('sec_{topic}').kind).toBe('ok')
})
