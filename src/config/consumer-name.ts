/** The name of one consumer in its group. */

import { createHash } from 'node:crypto'

const MAX_LENGTH = 128
const HASH_LENGTH = 8

/**
 * `INSTANCE-SOURCE-N`, the same after every restart, made to fit Log Service's rule `^[0-9a-zA-Z_-]{1,128}$`: other
 * characters become `-`, and what is too long is cut and told apart by a short hash.
 */
export function consumerName(instance: string, source: string, n: number): string {
  const full = `${instance}-${source}`
  const room = MAX_LENGTH - 1 - String(n).length
  return `${shortened(full.replaceAll(/[^0-9a-zA-Z_-]/g, '-'), full, room)}-${n}`
}

function shortened(name: string, unique: string, length: number): string {
  if (name.length <= length) return name
  const hash = createHash('sha256').update(unique).digest('hex').slice(0, HASH_LENGTH)
  return `${name.slice(0, length - HASH_LENGTH - 1)}-${hash}`
}
