/** The files that a configuration names: secrets and certificates, read now, so that what is wrong has a line. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { getSystemErrorMessage } from 'node:util'
import { ok, type Parsed, wrong } from '../base/parsed.ts'

const MAX_BYTES = 1_048_576
const GROUP_OR_OTHERS_READ = 0o044

export interface SecretFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

/** Messages do not repeat paths: people put secrets where their file's path should be. */
export interface Files {
  /** A path as written in the configuration is relative to its file. */
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
    secret: path => readSecret(absolute(path), warnings),
    certificates: path => readPem(absolute(path), text => new X509Certificate(text), 'a PEM certificate'),
    privateKey: path => readPem(absolute(path), createPrivateKey, 'a PEM private key without a passphrase'),
  }
}

/** The UTF-8 text of a regular file of at most 1 MiB, or why it cannot be had. */
export function readTextFile(file: string): Parsed<string> {
  try {
    const stats = statSync(file)
    if (!stats.isFile()) return wrong('is a directory or a device')
    if (stats.size > MAX_BYTES) return wrong('is larger than 1 MiB')
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)))
  } catch (error) {
    return wrong(reasonOf(error))
  }
}

/** Keys and tokens are one word: white space in one is a slip of the editor, and a line break would split a header. */
export function checkSecret(text: string): Parsed<string> {
  if (text === '') return wrong('is empty')
  if (/^[\x21-\x7e]+$/.test(text)) return ok(text)
  return wrong('holds white space, a line break or a letter beyond ASCII, which no such secret has')
}

/** Whether a private key belongs to a certificate, both in PEM and both known to be good. */
export function isKeyOf(key: string, certificate: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
}

function readSecret(path: string, warnings: string[]): Parsed<SecretFile> {
  const content = readTextFile(path)
  if (content.kind === 'wrong') return namesFile(content.message)
  const secret = checkSecret(content.value.replace(/\r?\n$/, ''))
  if (secret.kind === 'wrong') return namesFile(secret.message)
  warnings.push(...exposureOf(path))
  return ok({ path, text: secret.value })
}

function readPem(path: string, parse: (text: string) => unknown, expected: string): Parsed<string> {
  const content = readTextFile(path)
  if (content.kind === 'wrong') return namesFile(content.message)
  try {
    parse(content.value)
    return content
  } catch {
    return namesFile(`is not ${expected}`)
  }
}

function namesFile(message: string): Parsed<never> {
  return wrong(`names a file that ${message}`)
}

function exposureOf(path: string): string[] {
  if ((statSync(path).mode & GROUP_OR_OTHERS_READ) === 0) return []
  return [`${path} holds a secret and can be read by others than its owner; chmod 600 it`]
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be read'
  if ('errno' in error) return `cannot be read: ${getSystemErrorMessage(Number(error.errno))}`
  const isEncoding = 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
  return isEncoding ? 'is not UTF-8 text' : 'cannot be read: its path is not one'
}
