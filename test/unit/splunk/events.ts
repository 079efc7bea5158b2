/** Events for tests of their parts and of what becomes of them, next to what they are to be compared with. */

import fc from 'fast-check'
import type { Events } from '../../../src/splunk/pieces.ts'

export interface Plain {
  readonly text: string
  readonly index: string
  readonly number: number
}

const INDEXES = ['', 'main', 'security', 'ä "quoted"']

/** HEC objects that ask for an index, or for none, with a line end behind each as the encoder writes them. */
export const plainEvents = fc
  .array(fc.record({ index: fc.constantFrom(...INDEXES), value: fc.string(), gap: fc.nat({ max: 3 }) }), {
    minLength: 1,
    maxLength: 20,
  })
  .map(given => {
    let number = 0
    return given.map(({ index, value, gap }): Plain => {
      number += 1 + gap
      const asked = index === '' ? {} : { index }
      return { text: `${JSON.stringify({ ...asked, event: { value } })}\n`, index, number }
    })
  })

export function eventsOf(plain: readonly Plain[]): Events {
  let at = 0
  const offsets = plain.map(({ text }) => {
    at += Buffer.byteLength(text)
    return at - Buffer.byteLength(text)
  })
  return {
    bytes: Buffer.from(plain.map(({ text }) => text).join('')),
    offsets,
    numbers: plain.map(({ number }) => number),
  }
}

/** `count` events, numbered from 0; those at `of` ask for this index. */
export function numbered(count: number, of: Readonly<Record<number, string>> = {}): Events {
  return eventsOf(
    Array.from({ length: count }, (_, number) => {
      const index = of[number] ?? ''
      const asked = index === '' ? {} : { index }
      return { text: `${JSON.stringify({ ...asked, event: number })}\n`, index, number }
    }),
  )
}
