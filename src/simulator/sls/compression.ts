import { promisify } from 'node:util'
import { inflate, zstdCompress, zstdDecompress } from 'node:zlib'
import { compress as compressLz4, uncompress as uncompressLz4 } from 'lz4-napi'

export type PullEncoding = 'lz4' | 'zstd' | 'identity'

/** What the service can do of what a client's `Accept-Encoding` names; gzip and deflate are not among it. */
export function chooseEncoding(accepted: string | undefined, missing: 'identity' | 'lz4'): PullEncoding {
  if (accepted === undefined) return missing
  const names = accepted.split(',').map(name => name.split(';')[0]?.trim().toLowerCase())
  const known = names.find(name => name === 'lz4' || name === 'zstd')
  return known ?? 'identity'
}

/** `lz4` is a raw block: without frame, without size. */
export async function compressPage(
  page: Buffer,
  encoding: PullEncoding,
  lz4: 'compressed' | 'literals',
): Promise<Buffer> {
  if (encoding === 'identity') return page
  if (encoding === 'zstd') return promisify(zstdCompress)(page)
  return lz4 === 'literals' ? literalBlock(page) : (await compressLz4(page)).subarray(SIZE_PREFIX_BYTES)
}

/** Undefined when the body is not what the header says. `encoding` is a request's `x-log-compresstype`. */
export async function decompressBody(
  body: Buffer,
  encoding: string | undefined,
  rawSize: number,
): Promise<Buffer | undefined> {
  const decompress = decompressors[encoding ?? 'none']
  const raw = await decompress?.(body, rawSize).catch(() => undefined)
  return raw?.length === rawSize ? raw : undefined
}

export function isKnownEncoding(encoding: string | undefined): boolean {
  return encoding === undefined || encoding in decompressors
}

/** The binding puts the uncompressed size in front of a block, little-endian, and wants it there. */
const SIZE_PREFIX_BYTES = 4

const decompressors: Readonly<Record<string, (body: Buffer, rawSize: number) => Promise<Buffer>>> = {
  none: async body => body,
  '': async body => body,
  lz4: (body, rawSize) => uncompressLz4(Buffer.concat([sizePrefix(rawSize), body])),
  deflate: (body, maxOutputLength) => promisify(inflate)(body, { maxOutputLength }),
  zstd: (body, maxOutputLength) => promisify(zstdDecompress)(body, { maxOutputLength }),
}

function sizePrefix(rawSize: number): Buffer {
  const prefix = Buffer.alloc(SIZE_PREFIX_BYTES)
  prefix.writeUInt32LE(rawSize)
  return prefix
}

/** One sequence of literals and no match: the length takes 15 in the token, then bytes of 255, then the rest. */
function literalBlock(page: Buffer): Buffer {
  if (page.length < 15) return Buffer.concat([Buffer.of(page.length << 4), page])
  const rest = page.length - 15
  const lengthBytes = Buffer.alloc(Math.floor(rest / 255) + 1, 255)
  lengthBytes[lengthBytes.length - 1] = rest % 255
  return Buffer.concat([Buffer.of(0xf0), lengthBytes, page])
}
