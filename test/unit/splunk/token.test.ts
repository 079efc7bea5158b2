import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createToken } from '../../../src/splunk/token.ts'

function fileOf(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-token-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'token')
}

describe('the HEC token', () => {
  it('from no file stays what it is', () => {
    const token = createToken('first', undefined)
    token.refused()
    expect(token.current()).toBe('first')
  })

  it('from a file is read again only when it is refused', () => {
    const file = fileOf()
    const token = createToken('first', file)
    writeFileSync(file, 'second\n')
    expect(token.current()).toBe('first')
    token.refused()
    expect(token.current()).toBe('second')
    writeFileSync(file, 'third\r\n')
    token.refused()
    expect(token.current()).toBe('third')
  })

  it.each(['', '\n', 'two words', 'a\nb', 'a\r\nX-Header: b', ' padded', 'ümlaut', 'nul\u0000'])(
    'stays what it is when the file holds %j',
    text => {
      const file = fileOf()
      writeFileSync(file, text)
      const token = createToken('first', file)
      token.refused()
      expect(token.current()).toBe('first')
    },
  )

  it('stays what it is when the file is not there', () => {
    const token = createToken('first', fileOf())
    token.refused()
    expect(token.current()).toBe('first')
  })
})
