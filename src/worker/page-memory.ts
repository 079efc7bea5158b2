/**
 * Memory that pages are decompressed into: a fixed number of slots in the encoder's module, used again and again, so that
 * a page is encoded where it was decompressed. A page that finds no room goes to the heap, and is as good there.
 */

import type { Unpack } from '../sls/page.ts'
import type { EncoderModule } from './encode/module.ts'

/** Log Service answers with about 10 MiB at most. */
const MAX_PAGE_BYTES = 10 * 1024 * 1024
const SLOT_BYTES = MAX_PAGE_BYTES + marginBytes(MAX_PAGE_BYTES)
/** What more of them would hold is read so far ahead that it costs little where it lies. */
const MAX_SLOTS = 8

/** Slots for as many pages as fit into so many bytes of budget. */
export function slotsFor(budgetBytes: number) {
  return { count: Math.min(MAX_SLOTS, Math.floor(budgetBytes / MAX_PAGE_BYTES)), bytesEach: SLOT_BYTES }
}

/**
 * The block is put behind the place for the page, so far that what is written never reaches what is still to be read: a
 * valid block grows by a 255th where it does not shrink, and vectors write some bytes more than they should. With one
 * that is not valid, rubbish may come out, but never outside the slot.
 */
function marginBytes(blockBytes: number): number {
  return (blockBytes >> 7) + 128
}

export interface PageMemory {
  readonly unpack: Unpack
  /** What has been written to so far, and is therefore taken from the system. */
  usedBytes(): number
}

export function createPageMemory({ pages, decompress }: EncoderModule): PageMemory {
  // The one that was used last is the next: its memory is there, and near.
  const free = pages.map(bytes => ({ bytes, usedBytes: 0 }))
  const all = [...free]
  return {
    usedBytes: () => all.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
    unpack(block, rawSize) {
      const slot = free.at(-1)
      const needed = rawSize + marginBytes(block.length)
      if (!slot || needed > slot.bytes.length || block.length > needed) return undefined
      const { bytes } = slot
      slot.usedBytes = Math.max(slot.usedBytes, needed)
      bytes.set(block, needed - block.length)
      const [at, end] = [bytes.byteOffset, bytes.byteOffset + needed]
      if (decompress(end - block.length, end, at, at + rawSize) !== at + rawSize)
        throw new Error(`not a block of ${rawSize} bytes`)
      free.pop()
      return { data: bytes.subarray(0, rawSize), release: once(() => free.push(slot)) }
    },
  }
}

/** A slot that is given back twice would be two pages at once. */
function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}
