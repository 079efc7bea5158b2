/** The HEC token: when it came from a file, the file is read again after Splunk has refused it. */

import { readFileSync } from 'node:fs'

export interface Token {
  current(): string
  /** Splunk refuses it: whoever asks next gets what the file holds by then. */
  refused(): void
}

/** A file that cannot be read, or holds no token, changes nothing. */
export function createToken(token: string, file: string | undefined): Token {
  let current = token
  let isStale = false
  return {
    current() {
      if (isStale && file !== undefined) current = readToken(file) ?? current
      isStale = false
      return current
    },
    refused() {
      isStale = true
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
