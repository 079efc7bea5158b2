import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = readFileSync(`${root}ARCHITECTURE.md`, 'utf8')

describe('ARCHITECTURE.md', () => {
  test('has a line for every folder of the source, and for nothing else', () => {
    const mapped = [...text.matchAll(/^\| `((?:src|assembly)\/[^`]*)` \|/gm)].map(([, path]) => path)
    expect(mapped.toSorted()).toEqual([...new Set(sourceFiles().map(entryOf))].toSorted())
  })

  test('gives a reason for every dependency, and for nothing else', () => {
    const [, table = ''] = text.split('## Dependencies')
    const rows = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, names = '']) => names.split(', '))
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync(`${root}package.json`, 'utf8'),
    )
    const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    expect(rows.map(name => name.replaceAll('`', '')).toSorted()).toEqual(installed.toSorted())
  })
})

function sourceFiles(): string[] {
  const entries = ['src', 'assembly'].flatMap(folder =>
    readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true }),
  )
  return entries.flatMap(entry =>
    entry.isFile() && entry.parentPath !== `${root}src` && entry.name !== 'tsconfig.json'
      ? [`${entry.parentPath}/${entry.name}`.slice(root.length)]
      : [],
  )
}

/** The folder of a file; those of commands and the simulator count as one each. */
function entryOf(file: string): string {
  return /^src\/(commands|simulator)\//.exec(file)?.[0] ?? file.slice(0, file.lastIndexOf('/') + 1)
}
