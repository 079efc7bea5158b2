/**
 * Logs of one logstore repeat their keys in the same order. A tree of key sequences remembers each key's JSON text and
 * whether it needs care, so that the common log costs one comparison of bytes for each key.
 */

export interface ShapeNode {
  /** The key as it stands in the log. */
  readonly key: Uint8Array
  /** The key decoded; two keys of different bytes that decode to the same name are the same key. */
  readonly name: string
  /** `,"NAME":"`, without the comma for the first key. */
  readonly json: Uint8Array
  /** The key occurred before in this log, or could be one of the metadata: the careful way has to decide. */
  readonly needsCare: boolean
  readonly parent: ShapeNode | undefined
  /** Keys before this one. */
  readonly depth: number
  readonly children: ShapeNode[]
}

/** Logs whose keys are data (one key for each user, say) would grow the tree without end. */
const MAX_CHILDREN = 16
const MAX_NODES = 8_192
/** Making a node looks at all above it: a log of very many keys would cost their square, every time. */
const MAX_DEPTH = 512
/** The tree then stays within a few megabytes. */
const MAX_KEY_BYTES = 256

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export interface Shapes {
  readonly root: () => ShapeNode
  /** The node behind `parent` for the key `source[from, to)`; undefined when such logs are not worth remembering. */
  next(parent: ShapeNode, source: Uint8Array, from: number, to: number): ShapeNode | undefined
}

export function createShapes(): Shapes {
  let root = createRoot()
  let nodes = 0

  function grow(parent: ShapeNode, key: Uint8Array): ShapeNode | undefined {
    if (parent.children.length >= MAX_CHILDREN || parent.depth >= MAX_DEPTH) return undefined
    if (++nodes > MAX_NODES) {
      root = createRoot()
      nodes = 0
      return undefined
    }
    const child = createNode(parent, key)
    parent.children.push(child)
    return child
  }

  return {
    root: () => root,
    next(parent, source, from, to) {
      const { children } = parent
      for (let i = 0; i < children.length; i++) {
        const child = children[i]
        if (child && isSame(child.key, source, from, to)) return child
      }
      return to - from > MAX_KEY_BYTES ? undefined : grow(parent, copyOf(source, from, to))
    },
  }
}

/** A copy for certain: `slice` of a Buffer is a view, and the page's memory is given back when it is delivered. */
function copyOf(source: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(source.subarray(from, to))
}

function isSame(key: Uint8Array, source: Uint8Array, from: number, to: number): boolean {
  if (key.length !== to - from) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== source[from + i]) return false
  return true
}

function createRoot(): ShapeNode {
  const none = new Uint8Array(0)
  return { key: none, name: '', json: none, needsCare: false, parent: undefined, depth: 0, children: [] }
}

function createNode(parent: ShapeNode, key: Uint8Array): ShapeNode {
  const name = decodeText(key)
  const comma = parent.parent ? ',' : ''
  const json = Buffer.from(`${comma}${JSON.stringify(name)}:"`)
  return {
    key,
    name,
    json,
    needsCare: occursAbove(parent, name) || looksLikeMetadata(name),
    parent,
    depth: parent.depth + 1,
    children: [],
  }
}

function occursAbove(node: ShapeNode, name: string): boolean {
  for (let at: ShapeNode | undefined = node; at?.parent; at = at.parent) if (at.name === name) return true
  return false
}

/** A field of the log wins over the metadata of the same name, so the metadata must then be left out. */
function looksLikeMetadata(name: string): boolean {
  return name === '__topic__' || name === '__source__' || name.startsWith('__tag__:')
}

/** Bytes of a log as text, by the same rules as `writeJsonText`. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
