import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runbookOf } from '../../../../src/supervisor/health/runbook.ts'

const text = readFileSync(new URL('../../../../docs/runbook.md', import.meta.url), 'utf8')
const headings = [...text.matchAll(/^### `([^`]+)`$/gm)].map(([, code = '']) => code)

describe('the place in the runbook', () => {
  it('is the section of the code, for every section that there is', () => {
    const anchors = headings.map(code => `runbook.md#${code.toLowerCase().replaceAll('.', '')}`)
    expect(headings.map(runbookOf)).toEqual(anchors)
  })

  it.each(['sls-SomethingNew', 'sls-403'])('is a general one for %s', code => {
    expect(runbookOf(code)).toBe('runbook.md#sls-other')
  })

  it.each(['behind', 'consumer-down', 'splunk-busy'])('is there for %s', code => {
    expect(headings).toContain(code)
  })
})
