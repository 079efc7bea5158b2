/** `npm run test:mutation`: takes each safeguard away in a copy of the tree, and wants its test to fail there. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MUTATIONS, type Mutation } from './mutations.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const LEFT_OUT = ['node_modules', '.git', '.cache', 'dist']
const WITHIN_MS = 180_000

type Outcome = 'noticed' | 'NOT NOTICED' | 'fails anyway' | 'does not fit the code any more'

const controls = new Map<string, boolean>()
const wanted = process.argv.slice(2).join(' ')
const chosen = MUTATIONS.filter(({ safeguard }) => safeguard.includes(wanted))
const outcomes = chosen.map(mutation => ({ mutation, outcome: tryOut(mutation) }))
const failed = outcomes.filter(({ outcome }) => outcome !== 'noticed')
process.stdout.write(
  `\n${outcomes.length - failed.length} of ${outcomes.length} safeguards are missed when they are gone\n`,
)
process.exitCode = failed.length > 0 || outcomes.length === 0 ? 1 : 0

function tryOut(mutation: Mutation): Outcome {
  const copy = mkdtempSync(join(tmpdir(), 'sls2splunk-mutation-'))
  try {
    cpSync(ROOT, copy, { recursive: true, filter: from => !LEFT_OUT.includes(relative(ROOT, from)) })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const outcome = outcomeIn(copy, mutation)
    process.stdout.write(`${outcome.padEnd(12)} ${mutation.safeguard}\n`)
    return outcome
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function mutate(copy: string, { file, find, replace }: Mutation): boolean {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(find).length !== 2) return false
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
  return true
}

/** A test that fails with the safeguard in place says nothing without it. */
function outcomeIn(copy: string, mutation: Mutation): Outcome {
  if (!passesAsItIs(copy, mutation)) return 'fails anyway'
  if (!mutate(copy, mutation)) return 'does not fit the code any more'
  return passes(copy, mutation) ? 'NOT NOTICED' : 'noticed'
}

/** Asked once for each test. */
function passesAsItIs(copy: string, mutation: Mutation): boolean {
  const key = `${mutation.test} ${mutation.only ?? ''}`
  const known = controls.get(key) ?? passes(copy, mutation)
  controls.set(key, known)
  return known
}

/** A test that never ends does not pass. */
function passes(copy: string, { project, test, only }: Mutation): boolean {
  const args = ['run', '--project', project, test, ...(only === undefined ? [] : ['-t', only])]
  const vitest = join(ROOT, 'node_modules/.bin/vitest')
  return spawnSync(vitest, args, { cwd: copy, stdio: 'ignore', timeout: WITHIN_MS }).status === 0
}
