/** Runs once before the interoperability tests: Python with the official SDK, or one line that says what is missing. */

import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { type PythonEnvironment, preparePython } from '../support/python-environment.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly python: PythonEnvironment
  }
}

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.cache/python', import.meta.url))

export default function setup(project: TestProject): void {
  const python = preparePython(REQUIREMENTS, CACHE)
  if (python.kind === 'missing')
    process.stderr.write(`Tests against the official Python SDK are skipped: ${python.reason}\n`)
  project.provide('python', python)
}
