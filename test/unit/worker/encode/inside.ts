/** Encoding where everything lies in the memory of the WebAssembly module, as it does in a worker. */

import { check } from '../../../../src/worker/encode/check.ts'
import type { Body, Encode } from '../../../../src/worker/encode/page-encoder.ts'
import { createVector } from '../../../../src/worker/encode/vector.ts'
import { encoderModule } from '../../../support/encoder-module.ts'

const AREA_BYTES = 8 * 1024 * 1024
/** As many as a test has open at once. */
const PAGES = 4

export function loadInside() {
  const module = encoderModule({
    bodies: { count: 1, bytesEach: AREA_BYTES },
    pagesBytes: PAGES * AREA_BYTES,
  })
  const vector = createVector(module)
  const [body = new Uint8Array(0)] = module.bodies
  let page = 0

  /** Copies each page in, looks it over, and copies each body out. */
  function inside(encode: Encode): Encode {
    return (bytes, select) => {
      const at = (page++ % PAGES) * AREA_BYTES
      const area = module.pages.subarray(at, at + AREA_BYTES)
      area.fill(0x12, bytes.length, bytes.length + 64)
      area.set(bytes)
      const placed = area.subarray(0, bytes.length)
      const checked = check(placed, vector)
      const encoder = encode(placed, select, checked.kind === 'whole' ? checked.outline : undefined)
      const copied = (made: Body | undefined) => made && { ...made, bytes: Buffer.from(made.bytes) }
      return {
        next: buffer => copied(encoder.next(body.subarray(0, buffer.length))),
        droppedEvents: () => encoder.droppedEvents(),
        droppedBytes: () => encoder.droppedBytes(),
      }
    }
  }
  return { module, vector, inside }
}
