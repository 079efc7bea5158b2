/** The HEC token. When it came from a file, the file is read again after Splunk has refused the token. */

import { readFileSync } from 'node:fs'

export interface Token {
  current(): string
  /** Notes that Splunk refuses the token: the next `current` reads the file again. */
  refused(): void
}

/** Keeps the token where the file cannot be read, or holds none. */
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

/** Returns the file's token, without the last line end; undefined for text with white space or control characters. */
function readToken(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    return /^[\x21-\x7e]+$/.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
