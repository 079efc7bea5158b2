import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { REASONS } from '../../../src/splunk/reasons.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')
const PAGES = ['runbook', 'operation', 'metrics', 'getting-started', 'faq'].map(name => `docs/${name}.md`)
const runbook = anchorsOf(read('docs/runbook.md'))

describe('docs/runbook.md', () => {
  test('has a section for each reason of Splunk, and each reason names it', () => {
    const reasons = Object.keys(REASONS).map(reason => `splunk-${reason}`)
    expect(reasons.length).toBeGreaterThan(15)
    expect(missing(reasons)).toEqual([])
    expect(
      Object.values(REASONS).flatMap(({ runbook: anchor }) => (runbook.has(anchor) ? [] : [anchor])),
    ).toEqual([])
  })

  test('has a section for each code of Log Service, of which it knows what it means or what to do', () => {
    const errors = 'src/sls/errors.ts'
    const codes = [...keysOf(errors, 'ACTIONS'), ...keysOf(errors, 'REMEDIES')].map(code => `sls-${code}`)
    expect(codes.length).toBeGreaterThan(50)
    expect(missing(codes)).toEqual([])
  })

  test('has a section for each code that is written out where it is raised', () => {
    const codes = globSync('src/{commands,supervisor,worker}/**/*.ts', { cwd: root })
      .map(read)
      .flatMap(text => [...text.matchAll(/\b(?:code: |reason\(\s*)'((?:[a-z]+-)+\w+)'/g)])
      .map(([, code = '']) => code)
    expect(codes).toContain('consumer-down')
    expect(codes).toContain('dead-letters-full')
    expect(missing(codes)).toEqual([])
  })

  test('has a section for each piece of advice', () => {
    const [, advice = ''] =
      /interface StatusAdvice \{\s+readonly code: (.*)/.exec(read('src/status/document.ts')) ?? []
    const codes = [...advice.matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => code)
    expect(codes).toContain('hot-shard')
    expect(missing(codes)).toEqual([])
  })

  test('has a section for each alert, and the alerts name it', () => {
    const groups: readonly { readonly rules: readonly Alert[] }[] = parse(
      read('monitoring/alerts.yaml'),
    ).groups
    const urls = groups.flatMap(({ rules }) => rules.map(({ annotations }) => annotations.runbook_url))
    expect(urls.length).toBeGreaterThan(10)
    expect(urls.filter(url => !runbook.has(url.replace('docs/runbook.md#', '')))).toEqual([])
  })

  test('names no code twice', () => {
    const headings = headingsOf(read('docs/runbook.md'))
    expect(headings.filter((heading, i) => headings.indexOf(heading) !== i)).toEqual([])
  })
})

describe.each([...PAGES, 'monitoring/README.md'])('%s', page => {
  test('links to files and sections that are there', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)]*)\)/g)].map(([, target = '']) => target)
    expect(links.filter(target => !exists(target, page))).toEqual([])
  })

  test('names commands that the program has', () => {
    const named = [...read(page).matchAll(/`sls2splunk ([a-z-]+)/g)].map(([, command = '']) => command)
    expect(named.filter(command => !COMMANDS.has(command))).toEqual([])
  })
})

test('README.md links to all of them', () => {
  const readme = read('README.md')
  expect([...PAGES, 'monitoring/README.md'].filter(page => !readme.includes(`](${page}`))).toEqual([])
})

interface Alert {
  readonly annotations: { readonly runbook_url: string }
}

const COMMANDS = new Set(['run', 'check', 'preview', 'status', 'checkpoints', 'dead-letters', 'demo'])

function missing(codes: readonly string[]): string[] {
  return [...new Set(codes)].filter(code => !runbook.has(anchorOf(code)))
}

/** The keys of a table in the source, with those that are names of constants as their values. */
function keysOf(file: string, table: string): string[] {
  const text = read(file)
  const [, body = ''] = new RegExp(`const ${table}:[^=]* = \\{\\n([\\s\\S]*?)\\n\\}`).exec(text) ?? []
  const keys = [...body.matchAll(/^ {2}(?:\[(\w+)\]|'([^']+)'|(\w+)):/gm)]
  return keys.map(([, constant, quoted, plain]) => quoted ?? plain ?? constantOf(text, constant ?? ''))
}

function constantOf(text: string, constant: string): string {
  return new RegExp(`const ${constant} = '([^']+)'`).exec(text)?.[1] ?? constant
}

function exists(target: string, page: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? root + page : fileURLToPath(new URL(path, `file://${root}${page}`))
  return existsSync(file) && (anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).has(anchor))
}

function headingsOf(markdown: string): string[] {
  const [...headings] = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)
  return headings.map(([, heading = '']) => heading)
}

function anchorsOf(markdown: string): ReadonlySet<string> {
  return new Set(headingsOf(markdown).map(anchorOf))
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
