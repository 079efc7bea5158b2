import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Parsed } from '../../../../src/base/parsed.ts'
import { parsePattern } from '../../../../src/config/pattern.ts'
import { parseTemplate } from '../../../../src/config/template.ts'
import type { EventMetadata, Matcher, Route } from '../../../../src/config/types.ts'
import type { GroupHeader } from '../../../../src/worker/encode/group.ts'
import {
  createPlanner,
  type GroupPlan,
  membersOf,
  type PlanContext,
} from '../../../../src/worker/encode/plan.ts'
import { ROUTED, RULES } from './pages.ts'

type On = 'topic' | 'source' | `tag.${string}`

const GROUP: GroupHeader = {
  topic: 'audit_log',
  source: '10.0.0.1',
  tags: new Map([
    ['__hostname__', 'web-1'],
    ['empty', ''],
  ]),
}

const parsed = <T>(result: Parsed<T>): T => {
  if (result.kind === 'wrong') throw new Error(JSON.stringify(result))
  return result.value
}
const metadata = (texts: Partial<Record<keyof EventMetadata, string>>): EventMetadata =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, parsed(parseTemplate(text))]))

function matcher(on: On, ...patterns: string[]): Matcher {
  const name = on.startsWith('tag.') ? on.slice(4) : undefined
  return {
    on: name === undefined ? { kind: on === 'topic' ? 'topic' : 'source' } : { kind: 'tag', name },
    patterns: patterns.map(text => parsed(parsePattern(text))),
  }
}

const drop = (...match: Matcher[]): Route => ({ match, action: { kind: 'drop' } })
const send = (to: Parameters<typeof metadata>[0], ...match: Matcher[]): Route => ({
  match,
  action: { kind: 'send', metadata: metadata(to) },
})

/** A whole event of the group, as its plan has it; undefined when it is dropped. */
function planned(context: Partial<PlanContext>, group: Partial<GroupHeader> = {}, fields = '"a":"1"') {
  const plan = createPlanner({ ...RULES, ...context })({ ...GROUP, ...group })
  if (plan.kind === 'drop') return undefined
  const parts = [plan.head, Buffer.from(fields), fields === '' ? plan.tailAlone : plan.tail]
  return JSON.parse(`{${Buffer.concat(parts)}`)
}

describe('a route', () => {
  it.each<[On, string, boolean]>([
    ['topic', 'audit_log', true],
    ['topic', 'audit', false],
    ['topic', 'AUDIT_LOG', false],
    ['topic', '', false],
    ['topic', 'audit_*', true],
    ['topic', '*', true],
    ['topic', '*log', true],
    ['topic', '*_*', true],
    ['topic', 'log*', false],
    ['topic', 'audit?log', true],
    ['topic', 'audit_log?', false],
    ['topic', 'audit.log*', false],
    ['topic', '/log/', true],
    ['topic', '/^log/', false],
    ['topic', '/^AUDIT/i', true],
    ['topic', '/^audit_(log|event)$/', true],
    ['source', '10.0.0.1', true],
    ['source', '10.0.*', true],
    ['source', '10?0?0?1', true],
    ['source', '/^10\\./', true],
    ['source', '/^10\\.1/', false],
    ['tag.__hostname__', 'web-1', true],
    ['tag.__hostname__', 'web-*', true],
    ['tag.__hostname__', '*[1]', false],
    ['tag.hostname', 'web-1', false],
    ['tag.hostname', '*', true],
    ['tag.hostname', '', true],
    ['tag.empty', '', true],
    ['tag.empty', '?*', false],
    ['tag.toString', '', true],
  ])('on %s with the pattern %j: matches %s', (on, pattern, matches) => {
    expect(planned({ routes: [drop(matcher(on, pattern))] }) === undefined).toBe(matches)
  })

  it.each([
    ['*', '中\n文'],
    ['?', '\n'],
    ['?', '😀'],
    ['a*b', 'a\r\nb'],
    ['(+)*', '(+)$^'],
    ['{a}|b*', '{a}|b'],
    ['\\*', '\\x'],
  ])('reads the glob %j as text but for * and ?: fits %j', (pattern, topic) => {
    expect(planned({ routes: [drop(matcher('topic', pattern))] }, { topic })).toBeUndefined()
  })

  it('matches when any of its patterns does', () => {
    const routes = [drop(matcher('topic', 'other', 'audit_*'))]
    expect(planned({ routes })).toBeUndefined()
    expect(planned({ routes }, { topic: 'app' })).toBeDefined()
  })

  it('matches only when all of its matchers do', () => {
    const routes = [
      drop(matcher('topic', 'audit_log'), matcher('source', '10.*'), matcher('tag.__hostname__', 'web-1')),
    ]
    expect(planned({ routes })).toBeUndefined()
    expect(planned({ routes }, { topic: 'x' })).toBeDefined()
    expect(planned({ routes }, { source: 'x' })).toBeDefined()
    expect(planned({ routes }, { tags: new Map() })).toBeDefined()
  })

  it('without any matcher matches everything', () => {
    expect(planned({ routes: [drop()] })).toBeUndefined()
  })

  it('answers the same for the hundredth group as for the first', () => {
    const plan = createPlanner({ ...RULES, routes: [drop(matcher('topic', '/a/', 'b*'))] })
    for (let times = 0; times < 100; times++) expect(plan(GROUP).kind).toBe('drop')
  })
})

describe('routes', () => {
  const topic = matcher('topic', 'audit_log')
  const source = matcher('source', '10.*')

  it.each<[string, Route[], string | undefined]>([
    ['first of two that match', [send({ index: 'a' }, topic), send({ index: 'b' }, source)], 'a'],
    [
      'second when the first does not match',
      [send({ index: 'a' }, matcher('topic', 'x')), send({ index: 'b' }, source)],
      'b',
    ],
    ['one that sends before one that drops', [send({ index: 'a' }, topic), drop(topic)], 'a'],
    ['one that drops before one that sends', [drop(topic), send({ index: 'a' }, topic)], undefined],
    ['none: the defaults', [send({ index: 'a' }, matcher('topic', 'x'))], 'default'],
    [
      'one without an index: the default',
      [send({ sourcetype: 's' }, topic), send({ index: 'b' }, topic)],
      'default',
    ],
  ])('are taken in order: %s', (_, routes, index) => {
    expect(planned({ routes, defaults: metadata({ index: 'default' }) })?.index).toBe(index)
  })
})

describe('the envelope', () => {
  it('without any setting names the source of the logs and their logstore, and no index', () => {
    const { event: _, ...envelope } = planned({})
    expect(envelope).toEqual({ host: '10.0.0.1', source: 'sls:prj/audit', sourcetype: 'aliyun:sls' })
  })

  it('has no host where the group names no source', () => {
    expect(planned({}, { source: '' })).not.toHaveProperty('host')
  })

  it('keeps the order of HEC: host, source, sourcetype, index, event', () => {
    const all = metadata({ index: 'i', sourcetype: 't', source: 's', host: 'h' })
    expect(Object.keys(planned({ defaults: all }))).toEqual([
      'host',
      'source',
      'sourcetype',
      'index',
      'event',
    ])
  })

  it.each([
    ['text', 'text'],
    ['{topic}', 'audit_log'],
    ['{source}', '10.0.0.1'],
    ['{project}/{logstore}/{shard}', 'prj/audit/7'],
    ['{tag.__hostname__}', 'web-1'],
    ['<{tag.__hostname__}>{{x}}', '<web-1>{x}'],
    ['{tag.missing}', 'default'],
    ['{tag.empty}', 'default'],
    ['{tag.missing}-', '-'],
  ])('renders the template %j of a route as %j', (template, text) => {
    const keys = ['host', 'source', 'sourcetype', 'index'] as const
    const each = (value: string) => Object.fromEntries(keys.map(key => [key, value]))
    const result = planned({ routes: [send(each(template))], defaults: metadata(each('default')) })
    for (const key of keys) expect(result[key]).toBe(text)
  })

  it('falls back from an empty default to what is built in', () => {
    const empty = '{tag.missing}'
    const defaults = metadata({ host: empty, source: empty, sourcetype: empty, index: empty })
    expect(planned({ defaults })).toEqual(planned({}))
  })

  it('is JSON whatever the logs put into it', () => {
    const nasty = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(nasty, nasty, nasty, (topic, source, tag) => {
        const defaults = metadata({ index: '{topic}', sourcetype: '{tag.x}' })
        const result = planned({ defaults }, { topic, source, tags: new Map([['x', tag]]) })
        expect([result.index ?? '', result.host ?? '']).toEqual([topic, source])
      }),
    )
  })
})

describe('the metadata', () => {
  const all = {
    __topic__: 'audit_log',
    __source__: '10.0.0.1',
    '__tag__:__hostname__': 'web-1',
    '__tag__:empty': '',
  }

  it('stands behind the fields: topic, source, tags in their order, empty tags too', () => {
    expect(Object.entries(planned({}).event)).toEqual([['a', '1'], ...Object.entries(all)])
  })

  it('leaves out an empty topic and an empty source', () => {
    expect(planned({}, { topic: '', source: '', tags: new Map() }).event).toEqual({ a: '1' })
  })

  it('stays away where nobody wants it', () => {
    expect(planned({ addMetadata: false }).event).toEqual({ a: '1' })
  })

  it.each([true, false])('fills an event that has no fields, wanted (%s) or not', addMetadata => {
    expect(planned({ addMetadata }, {}, '').event).toEqual(all)
    const bare = { topic: '', source: '', tags: new Map() }
    expect(planned({ addMetadata }, bare, '').event).toEqual({ __topic__: '' })
  })

  it('is listed by name for logs with a field of that name', () => {
    const listed = (addMetadata: boolean) => {
      const plan = createPlanner({ ...RULES, addMetadata })(GROUP)
      return plan.kind === 'send' ? Object.fromEntries(plan.metadata()) : undefined
    }
    expect(listed(true)).toEqual(all)
    expect(listed(false)).toEqual({})
  })

  it('is written as the inside of an object', () => {
    expect(membersOf([])).toBe('')
    expect(
      membersOf([
        ['a"', '\n'],
        ['b', ''],
      ]),
    ).toBe('"a\\"":"\\n","b":""')
  })
})

describe('a planner', () => {
  const text = fc.constantFrom('', 'a', '1:a', '1:', ':', '0:', 'a\0', 'dropped', '"')
  const tags = fc.dictionary(fc.constantFrom('x', 'y', 'a'), text).map(of => new Map(Object.entries(of)))
  const groups = fc.array(fc.record({ topic: text, source: text, tags }), { minLength: 2, maxLength: 20 })
  const unfolded = (plan: GroupPlan) =>
    plan.kind === 'drop' ? plan : { ...plan, metadata: [...plan.metadata()] }

  it('plans a group the same whatever groups it has seen before', () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (seen, addMetadata) => {
        const context = { ...ROUTED, addMetadata }
        const planner = createPlanner(context)
        for (const group of seen)
          expect(unfolded(planner(group))).toEqual(unfolded(createPlanner(context)(group)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps planning when no two groups are alike', () => {
    const planner = createPlanner(RULES)
    for (let i = 0; i < 3_000; i++) {
      const plan = planner({ ...GROUP, topic: `topic-${i}` })
      expect(plan.kind === 'send' && `${plan.tail}`).toContain(`"topic-${i}"`)
    }
  })
})
