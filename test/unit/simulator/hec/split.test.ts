import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countObjects, splitObjects } from '../../../../src/simulator/hec/split.ts'

const valuesOf = (text: string | Buffer) =>
  [...splitObjects(Buffer.from(text))].map(piece => (piece.kind === 'object' ? piece.value : piece.kind))

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 4 })
const object = fc
  .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }))
  .map(value => JSON.stringify(value))
const indented = object.map(json => JSON.stringify(JSON.parse(json), null, 2))
const spaced = fc.array(fc.tuple(fc.oneof(object, indented), space))

describe('splitting a body', () => {
  it('finds the same objects that were put one behind the other, whatever white space is between', () => {
    fc.assert(
      fc.property(space, spaced, (before, parts) => {
        const body = before + parts.flat().join('')
        expect(valuesOf(body)).toEqual(parts.map(([json]) => JSON.parse(json)))
        expect(countObjects(Buffer.from(body))).toEqual({ objects: parts.length, complete: true })
      }),
    )
  })

  it('says how long each object is and which one is the last', () => {
    const pieces = [...splitObjects(Buffer.from('{"a":"中"} {} \n'))]
    expect(pieces).toMatchObject([
      { bytes: 11, last: false },
      { bytes: 2, last: true },
    ])
  })

  it('ends at the first malformed object, after those before it', () => {
    fc.assert(
      fc.property(
        fc.array(object),
        fc.constantFrom('x', '{"a":', '{]', '[]', '"a"', '1', ','),
        (good, bad) => {
          const found = valuesOf(`${good.join(' ')}${bad}{"b":1}`)
          expect(found).toEqual([...good.map(json => JSON.parse(json)), 'malformed'])
        },
      ),
    )
  })

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a lone continuation byte', [0x80]],
    ['cut short', [0xe4, 0xb8]],
  ])('refuses text that is not UTF-8: %s', (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])
    expect(valuesOf(body)).toEqual(['malformed'])
  })

  it.each(['{"a":"\n"}', "{'a':1}", '{"a":1,}', '{"a":NaN}', '{"a":01}'])(
    'refuses %j, which is not strict JSON',
    json => {
      expect(valuesOf(json)).toEqual(['malformed'])
    },
  )
})
