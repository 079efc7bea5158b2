import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')
const readme = read('README.md')
const { scripts, bin } = JSON.parse(read('package.json'))

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', file => {
  const text = read(file)

  test('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target)
    expect(targets.filter(target => !existsSync(`${root}${target}`))).toEqual([])
  })

  test('names npm scripts and programs that exist', () => {
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([a-z:-]+)/g)].map(([, script = '']) => script)
    expect(named.filter(script => !(script in scripts))).toEqual([])
    const started = [...text.matchAll(/\bnpx (sls2splunk[a-z-]*)/g)].map(([, program = '']) => program)
    expect(started.filter(program => !(program in bin))).toEqual([])
  })
})

test('README.md quotes what the program says as the program says it', () => {
  const [, table = ''] = readme.split('| the log says |')
  const words = firstColumn(table).flatMap(cell =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, line = '']) => line),
  )
  // What stands for something else is left out: places, names, numbers.
  const pieces = words
    .flatMap(line => line.split(/…|\d[\d.:]*|config\.yaml|SLS_ENDPOINT|: /))
    .map(piece => piece.trim())
  const said = pieces.filter(piece => piece.length > 3)
  expect(said.length).toBeGreaterThan(20)
  const program = sources()
  expect(said.filter(piece => !program.includes(piece))).toEqual([])
})

function firstColumn(table: string): string[] {
  return [...table.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = '']) => cell)
}

function sources(): string {
  const files = globSync('{src,bin}/**/*.{ts,js}', { cwd: root })
  return files.map(read).join('\n')
}
