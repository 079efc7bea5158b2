/** The HEC token: when it came from a file, the file is read again after Splunk has refused it. */

import { readFileSync } from 'node:fs'

export interface Token {
  current(): string
  /** Splunk refuses it: perhaps the file has another one by now. */
  refused(): void
}

/** A file that cannot be read, or holds no token, changes nothing. */
export function createToken(token: string, file: string | undefined): Token {
  let current = token
  return {
    current: () => current,
    refused() {
      if (file !== undefined) current = readToken(file) ?? current
    },
  }
}

/** White space inside would be no token, and a line end in a header nobody's wish. */
function readToken(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    return /^[\x21-\x7e]+$/.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
