/** The program as it is installed: the built one. Node that has to strip types takes longer to start, and more memory. */

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PLACE = `${ROOT}.cache/bench/package`

let program: string | undefined

/** The path of its entry; the first call of a process builds it. */
export function installedProgram(): string {
  program ??= install()
  return program
}

function install(): string {
  execFileSync(process.execPath, ['scripts/build.js'], { cwd: ROOT })
  rmSync(PLACE, { recursive: true, force: true })
  mkdirSync(PLACE, { recursive: true })
  for (const part of ['bin', 'dist', 'wasm', 'docs', 'package.json'])
    cpSync(`${ROOT}${part}`, `${PLACE}/${part}`, { recursive: true })
  symlinkSync(`${ROOT}node_modules`, `${PLACE}/node_modules`)
  return `${PLACE}/bin/sls2splunk.js`
}
