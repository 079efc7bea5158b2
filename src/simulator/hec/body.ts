/** Reads a request's body whole, and undoes its encoding, as splunkd's HTTP layer does before HEC sees it. */

import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { htmlReply, type Reply } from './answers.ts'

export type WireBody =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly reply: Reply }
  /** The client went away before the end. */
  | { readonly kind: 'gone' }

/** Stops keeping bytes at `maxBytes`; a longer body is 413. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<WireBody> {
  const { promise, resolve } = Promise.withResolvers<WireBody>()
  const chunks: Buffer[] = []
  let bytes = 0
  const tooLarge = () => resolve(refusal(413))
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) tooLarge()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) tooLarge()
    else chunks.push(chunk)
  })
  request.once('end', () => resolve({ kind: 'read', bytes: Buffer.concat(chunks) }))
  request.once('close', () => resolve({ kind: 'gone' }))
  return promise
}

const OUTPUT_CHUNK_BYTES = 256 * 1024

/** gzip and identity work, all else is 415; broken gzip is 400 and one that unpacks over `maxBytes` 413: all three HTML. */
export function decodeBody<B extends WireBody>(wire: B, encoding: string | undefined, maxBytes: number) {
  if (wire.kind !== 'read' || encoding === undefined || encoding === 'identity') return wire
  if (encoding !== 'gzip') return refusal(415)
  try {
    const bytes = gunzipSync(wire.bytes, { maxOutputLength: maxBytes, chunkSize: OUTPUT_CHUNK_BYTES })
    return { kind: 'read', bytes } as const
  } catch (error) {
    return refusal(error instanceof RangeError ? 413 : 400)
  }
}

function refusal(status: number) {
  return { kind: 'refused', reply: htmlReply(status) } as const
}
