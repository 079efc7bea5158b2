/** The files that a configuration names: secrets and certificates, read now, so that what is wrong has a line. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { getSystemErrorMessage } from 'node:util'
import { ok, type Parsed, wrong } from './problem.ts'

const MAX_BYTES = 1_048_576
const GROUP_OR_OTHERS_READ = 0o044

export interface SecretFile {
  readonly path: string
  readonly text: string
}

export interface Files {
  /** A path as written in the configuration: relative to its file. */
  readonly absolute: (path: string) => string
  readonly secret: (path: string) => Parsed<SecretFile>
  readonly certificates: (path: string) => Parsed<string>
  readonly privateKey: (path: string) => Parsed<string>
  /** About files read so far. */
  readonly warnings: string[]
}

/** Reads files whose paths are relative to `directory`. */
export function filesOf(directory: string): Files {
  const absolute = (path: string) => resolve(directory, path)
  const warnings: string[] = []
  return {
    absolute,
    warnings,
    secret: path => {
      const file = absolute(path)
      warnings.push(...exposure(file))
      const content = readTextFile(file)
      const secret = content.kind === 'ok' ? checkSecret(content.value.replace(/\r?\n$/, '')) : content
      return secret.kind === 'ok' ? ok({ path: file, text: secret.value }) : inFile(file, secret.message)
    },
    certificates: path => pemOf(absolute(path), text => new X509Certificate(text), 'a PEM certificate'),
    privateKey: path => pemOf(absolute(path), createPrivateKey, 'a PEM private key without a passphrase'),
  }
}

/** The UTF-8 text of a regular file of at most 1 MiB, or why it cannot be had. */
export function readTextFile(file: string): Parsed<string> {
  try {
    const stats = statSync(file)
    if (!stats.isFile()) return wrong('is not a file')
    if (stats.size > MAX_BYTES) return wrong('is larger than 1 MiB')
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)))
  } catch (error) {
    return wrong(reasonOf(error))
  }
}

/** Keys and tokens are one word: white space in one is a slip of the editor, and a line break would split a header. */
export function checkSecret(text: string): Parsed<string> {
  if (text === '') return wrong('is empty')
  return /^[\x21-\x7e]+$/.test(text)
    ? ok(text)
    : wrong('must not hold white space, line breaks or letters beyond ASCII')
}

/** Whether a private key belongs to a certificate, both in PEM and both known to be good. */
export function isKeyOf(key: string, certificate: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
}

function pemOf(file: string, parse: (text: string) => unknown, expected: string): Parsed<string> {
  const content = readTextFile(file)
  if (content.kind === 'wrong') return inFile(file, content.message)
  try {
    parse(content.value)
    return content
  } catch {
    return inFile(file, `is not ${expected}`)
  }
}

function inFile(file: string, message: string): Parsed<never> {
  return wrong(`the file ${file} ${message}`)
}

function exposure(file: string): string[] {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & GROUP_OR_OTHERS_READ) === 0) return []
  return [`${file} holds a secret and can be read by others than its owner; chmod 600 it`]
}

function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'is not UTF-8 text'
  if (!(error instanceof Error) || !('errno' in error)) throw error
  return `cannot be read: ${getSystemErrorMessage(Number(error.errno))}`
}
