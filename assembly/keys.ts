/**
 * Logs of one logstore repeat their keys in the same order. A tree of key sequences remembers what stands in front of
 * each value, so that a usual key costs one comparison: what src/worker/encode/shape.ts does in TypeScript.
 */

import { copy, isSame } from './bytes'
import { isWellFormed, writeText } from './text'

/** Behind these a key's bytes, then its JSON; each begins at a multiple of sixteen. */
const CHILD: usize = 0
const SIBLING: usize = 4
const PARENT: usize = 8
const KEY_BYTES: usize = 12
const JSON_BYTES: usize = 16
const DEPTH: usize = 20
const HEAD_BYTES: usize = 32

/** Logs whose keys are data would grow the tree without end: then it begins anew. */
const MAX_SIBLINGS: u32 = 16
/** A new key is compared with all above it. */
const MAX_DEPTH: u32 = 100
const WORST_GROWTH: usize = 6
/** Of a key with the 127 bytes that it has at most, each of them escaped. */
const MAX_NODE_BYTES: usize = HEAD_BYTES + 128 + 128 * WORST_GROWTH + 32

const TREE_BYTES: usize = 64 * 1024
const tree: usize = memory.data(64 * 1024, 16)
/** Has no key, and no parent. */
const root: usize = tree
let free: usize = tree + HEAD_BYTES

/** Where a log begins that has no keys yet. */
export function firstKey(): usize {
  return root
}

/** The node behind `node` for this key; 0 when the key needs care or is not worth remembering. */
export function nextKey(node: usize, key: usize, bytes: u32): usize {
  let child: usize = load<u32>(node, CHILD)
  while (child != 0) {
    if (load<u32>(child, KEY_BYTES) == bytes && isSame(key, child + HEAD_BYTES, bytes)) return child
    child = load<u32>(child, SIBLING)
  }
  return grow(node, key, bytes)
}

/** Writes `,"key":"`, the first one of a log without a comma. */
export function writeKey(out: usize, node: usize): usize {
  const json = jsonOf(node)
  const length: usize = load<u32>(node, JSON_BYTES)
  v128.store(out, v128.load(json))
  v128.store(out, v128.load(json, 16), 16)
  if (length > 32) copy(out + 32, json + 32, json + length)
  return out + length
}

function jsonOf(node: usize): usize {
  return node + HEAD_BYTES + ((load<u32>(node, KEY_BYTES) + 15) & ~15)
}

function grow(parent: usize, key: usize, bytes: u32): usize {
  const depth = load<u32>(parent, DEPTH) + 1
  if (depth > MAX_DEPTH || needsCare(parent, key, bytes)) return 0
  if (siblings(parent) >= MAX_SIBLINGS || free + MAX_NODE_BYTES > tree + TREE_BYTES) {
    store<u32>(root, 0, CHILD)
    free = root + HEAD_BYTES
    return 0
  }
  const node = free
  store<u32>(node, 0, CHILD)
  store<u32>(node, load<u32>(parent, CHILD), SIBLING)
  store<u32>(node, <u32>parent, PARENT)
  store<u32>(node, bytes, KEY_BYTES)
  store<u32>(node, depth, DEPTH)
  copy(node + HEAD_BYTES, key, key + bytes)
  const json = jsonOf(node)
  const jsonEnd = writeStart(json, key, bytes, depth == 1)
  store<u32>(node, <u32>(jsonEnd - json), JSON_BYTES)
  store<u32>(parent, <u32>node, CHILD)
  free = (jsonEnd + 15) & ~15
  return node
}

function writeStart(out: usize, key: usize, bytes: u32, isFirst: bool): usize {
  let o = out
  if (!isFirst) store<u8>(o++, 0x2c)
  store<u8>(o, 0x22)
  o = writeText(o + 1, key, key + bytes)
  // `":"`
  store<u32>(o, 0x223a22)
  return o + 3
}

function siblings(parent: usize): u32 {
  let count: u32 = 0
  for (let child: usize = load<u32>(parent, CHILD); child != 0; child = load<u32>(child, SIBLING)) count++
  return count
}

/** It occurs twice, could be called like metadata, or two such keys could be one name. */
function needsCare(parent: usize, key: usize, bytes: u32): bool {
  const isMetadata = bytes >= 2 && load<u16>(key) == 0x5f5f
  return isMetadata || !isWellFormed(key, key + bytes) || occursAbove(parent, key, bytes)
}

function occursAbove(parent: usize, key: usize, bytes: u32): bool {
  for (let node = parent; node != root; node = load<u32>(node, PARENT)) {
    if (load<u32>(node, KEY_BYTES) == bytes && isSame(key, node + HEAD_BYTES, bytes)) return true
  }
  return false
}
