/**
 * Memory that pages are decompressed into: one region of the encoder's module, used again and again, so that a page is
 * encoded where it was decompressed. A page that finds no room goes to the heap, and is as good there.
 */

import type { Unpack } from '../../sls/page.ts'
import type { EncoderModule } from '../encode/module.ts'

/** Returns the size of a region for `pageBytes` of pages; each takes a hundredth more, so one or two may find no room. */
export function regionBytes(pageBytes: number): number {
  return pageBytes + marginBytes(pageBytes)
}

/**
 * The block is put behind the place for the page, so far that what is written never reaches what is still to be read: a
 * valid block grows by a 255th where it does not shrink, and vectors write some bytes more than they should. With one
 * that is not valid, rubbish may come out, but never outside the page's place.
 */
function marginBytes(blockBytes: number): number {
  return (blockBytes >> 7) + 128
}

export interface PageMemory {
  readonly unpack: Unpack
  /** Returns how many bytes of the region have been written to so far, and are therefore taken from the system. */
  usedBytes(): number
}

export function createPageMemory({ pages, decompress }: EncoderModule): PageMemory {
  const places = createPlaces(pages.length)
  return {
    usedBytes: places.usedBytes,
    unpack(block, rawSize) {
      const needed = rawSize + marginBytes(block.length)
      const place = block.length > needed ? undefined : places.take(needed)
      if (!place) return undefined
      const [at, end] = [pages.byteOffset + place.from, pages.byteOffset + place.to]
      pages.set(block, place.to - block.length)
      if (decompress(end - block.length, end, at, at + rawSize) !== at + rawSize) {
        places.release(place)
        throw new Error(`not a block of ${rawSize} bytes`)
      }
      return { data: pages.subarray(place.from, place.from + rawSize), release: () => places.release(place) }
    },
  }
}

interface Place {
  readonly from: number
  readonly to: number
}

/** Makes places in `length` bytes, each as low as there is room: so the memory that is used stays little, and near. */
function createPlaces(length: number) {
  /** In their order. */
  const taken: Place[] = []
  let used = 0
  return {
    usedBytes: () => used,
    take(bytes: number): Place | undefined {
      const index = taken.findIndex(({ from }, i) => from - endBefore(i) >= bytes)
      const at = index < 0 ? taken.length : index
      const from = endBefore(at)
      const place = { from, to: from + bytes }
      if (place.to > length) return undefined
      taken.splice(at, 0, place)
      used = Math.max(used, place.to)
      return place
    },
    /** Releases a place, once: one that is released twice could be two pages' at once. */
    release(place: Place): void {
      const index = taken.indexOf(place)
      if (index >= 0) taken.splice(index, 1)
    },
  }

  function endBefore(index: number): number {
    return taken[index - 1]?.to ?? 0
  }
}
