import { describe, expect, it } from 'vitest'
import { createShapes, type ShapeNode, type Shapes } from '../../../../src/worker/encode/shape.ts'

/** The node behind a sequence of keys; undefined as soon as one is not remembered. */
function walk(shapes: Shapes, keys: readonly (string | Uint8Array)[]): ShapeNode | undefined {
  let node: ShapeNode | undefined = shapes.root()
  for (const key of keys) {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key
    node = node && shapes.next(node, bytes, 0, bytes.length)
  }
  return node
}

const jsonOf = (node: ShapeNode | undefined) => node && Buffer.from(node.json).toString()

describe('shapes of logs', () => {
  it('remember a sequence of keys: the same one comes back as the same node', () => {
    const shapes = createShapes()
    const first = walk(shapes, ['a', 'b'])
    expect(first).toBeDefined()
    expect(walk(shapes, ['a', 'b'])).toBe(first)
    expect(walk(shapes, ['b', 'a'])).not.toBe(first)
  })

  it('hold each key as JSON text, a comma before all but the first', () => {
    const shapes = createShapes()
    expect(jsonOf(walk(shapes, ['a']))).toBe('"a":"')
    expect(jsonOf(walk(shapes, ['a', 'b"\n']))).toBe(',"b\\"\\n":"')
    expect(jsonOf(walk(shapes, [Buffer.of(0xff)]))).toBe('"\ufffd":"')
  })

  it.each([
    [['a', 'b', 'a'], true],
    [['a', 'b', 'c'], false],
    [['a', 'A'], false],
    [[Buffer.of(0xff), Buffer.of(0xfe)], true],
    [['', ''], true],
    [['__topic__'], true],
    [['__source__'], true],
    [['__tag__:'], true],
    [['__tag__:x'], true],
    [['__time__'], false],
    [['__tag__'], false],
  ])('ask for care where a key repeats or could be metadata: %j', (keys, care) => {
    expect(walk(createShapes(), keys)?.needsCare).toBe(care)
  })

  it('are forgotten before they take much memory: too wide, too deep, too long', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `key-${i}`)
    const shapes = createShapes()
    const branches = many(100).filter(key => walk(shapes, [key]) !== undefined)
    expect(branches.length).toBe(16)
    expect(walk(createShapes(), many(512))).toBeDefined()
    expect(walk(createShapes(), many(513))).toBeUndefined()
    expect(walk(createShapes(), ['x'.repeat(256)])).toBeDefined()
    expect(walk(createShapes(), ['x'.repeat(257)])).toBeUndefined()
  })

  it('outlive the memory of the page they came from', () => {
    const shapes = createShapes()
    const memory = new ArrayBuffer(3)
    const page = Buffer.from(memory)
    page.write('abc')
    const node = shapes.next(shapes.root(), page, 0, 3)
    memory.transfer(0)
    expect(walk(shapes, ['abc'])).toBe(node)
    expect(walk(shapes, [''])).not.toBe(node)
  })

  it('begin anew when there are too many, and go on', () => {
    const shapes = createShapes()
    const root = shapes.root()
    for (let log = 0; shapes.root() === root; log++) {
      expect(log).toBeLessThan(10_000)
      walk(shapes, [...log.toString(16).padStart(4, '0')].reverse())
    }
    expect(walk(shapes, ['a', 'b'])?.needsCare).toBe(false)
  })
})
