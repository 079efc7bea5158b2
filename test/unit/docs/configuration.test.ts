import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configDocs } from '../../../scripts/config-docs.ts'

test('docs/configuration.md is what the schema says; `npm run config-docs` writes it anew', () => {
  const file = new URL('../../../docs/configuration.md', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(configDocs())
})
