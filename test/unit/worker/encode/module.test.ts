import { describe, expect, it } from 'vitest'
import { encoderModule } from '../../../support/encoder-module.ts'

const MEBIBYTE = 1024 * 1024

describe('the module', () => {
  it('has areas as asked for, apart from each other and from what it has for itself', () => {
    const module = encoderModule({ bodies: { count: 3, bytesEach: 1_000 }, pagesBytes: 70_001 })
    const areas = [...module.bodies, module.pages]
    expect(areas.map(({ length }) => length)).toEqual([1_000, 1_000, 1_000, 70_001])
    const own = Math.max(...Object.values(module.places))
    const ends = [own + 64 * 1024, ...areas.map(area => area.byteOffset + area.length)]
    // Vectors reach up to 48 bytes too far.
    for (const [i, { byteOffset }] of areas.entries())
      expect(byteOffset - (ends[i] ?? 0)).toBeGreaterThanOrEqual(48)
    expect(module.memory.length - (ends.at(-1) ?? 0)).toBeGreaterThanOrEqual(48)
  })

  it('has a gibibyte at most: no bodies where they alone would take more, and for pages what is left', () => {
    const sizesOf = (count: number, pagesBytes: number) => {
      const module = encoderModule({ bodies: { count, bytesEach: 400 * MEBIBYTE }, pagesBytes })
      return [module.bodies.length, module.pages.length]
    }
    expect(sizesOf(3, 10)).toEqual([0, 10])
    expect(sizesOf(2, 500 * MEBIBYTE)).toEqual([2, 224 * MEBIBYTE])
  })
})
