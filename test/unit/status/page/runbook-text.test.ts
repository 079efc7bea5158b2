import { describe, expect, it } from 'vitest'
import { addressOf, blocksOf, sectionOf } from '../../../../src/status/page/runbook-text.js'

const DOCUMENT = `# Runbook

## Splunk is down: what now?

First
paragraph with \`code\` and a [link](https://example.com).

- one
- two, **bold**,
  on two lines

### Deeper

\`\`\`sh
curl -k https://splunk:8088

## no heading
\`\`\`

## Another

Text.
`

describe('an entry', () => {
  it('is what stands below its heading, to the next one of its level', () => {
    const section = sectionOf(DOCUMENT, 'splunk-is-down-what-now')
    expect(section).toMatch(/^First\n/)
    expect(section).toContain('### Deeper')
  })
  it('is the last one, too', () => expect(sectionOf(DOCUMENT, 'another')).toBe('Text.'))
  it('may not be there', () => expect(sectionOf(DOCUMENT, 'nowhere')).toBeUndefined())

  it('consists of paragraphs, items and code', () =>
    expect(blocksOf(sectionOf(DOCUMENT, 'splunk-is-down-what-now') ?? '')).toEqual([
      { kind: 'text', text: 'First paragraph with `code` and a link.' },
      { kind: 'item', text: 'one' },
      { kind: 'item', text: 'two, bold, on two lines' },
      { kind: 'text', text: 'Deeper' },
      { kind: 'code', text: 'curl -k https://splunk:8088\n\n## no heading' },
    ]))
})

it.each([
  ['operation.md#dead-letters', { url: '/docs/operation.md', anchor: 'dead-letters' }],
  ['operation.md', { url: '/docs/operation.md', anchor: '' }],
  ['../secret.md', undefined],
  ['javascript:alert(1)//x.md', undefined],
  ['//elsewhere.example/x.md', undefined],
])('the address %s', (runbook, address) => expect(addressOf(runbook)).toEqual(address))
