/** The scripts that use the official Python SDK, where there is one to use. */

import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { type PythonProcess, startPython } from '../support/python.ts'
import type { Account } from './far-ends.ts'

const python = inject('python')

/** Why there is none, in a line; tests are skipped then. */
export const missingSdk = python.kind === 'missing' ? python.reason : undefined

/** What every script takes; some take more. */
export interface ScriptInput extends Account {
  readonly signature: 'v1' | 'v4'
  readonly compression: 'lz4' | 'zstd' | 'none'
}

export type Script = 'read' | 'write' | 'consume'

export function startScript<I extends ScriptInput>(name: Script, input: I): PythonProcess {
  if (python.kind === 'missing') throw new Error(python.reason)
  return startPython(python.executable, fileURLToPath(new URL(`python/${name}.py`, import.meta.url)), input)
}

/** Runs a script to its end. Answers the lines it printed, parsed. */
export async function runScript<I extends ScriptInput>(name: Script, input: I): Promise<readonly unknown[]> {
  const { ended, lines } = startScript(name, input)
  await ended
  return lines
}
