/** One way of one connection: bytes, and how they end. */

import type { Socket } from 'node:net'
import type { Gate } from './gate.ts'

export interface Way {
  readonly from: Socket
  readonly to: Socket
  readonly through: Gate
  /** The gate of the other way: by it a sender learns that nobody takes its bytes. */
  readonly back: Gate
}

type Ending = 'ended' | 'source-lost' | 'sink-lost' | 'cut'

/** Carries until either side is gone: an end arrives as an end, a reset as a reset, and both wait at gates as bytes do. */
export async function carry(way: Way): Promise<void> {
  const { from, to, through, back } = way
  switch (await carryBytes(way)) {
    case 'ended':
      await through.opened()
      to.end()
      return
    case 'source-lost':
      await through.opened()
      to.resetAndDestroy()
      return
    case 'sink-lost':
      await back.opened()
      from.resetAndDestroy()
      return
    case 'cut':
      to.end()
      from.resetAndDestroy()
  }
}

async function carryBytes(way: Way): Promise<Ending> {
  try {
    for await (const chunk of way.from.iterator({ destroyOnReturn: false })) {
      const ending = await carryChunk(way, chunk)
      if (ending !== undefined) return ending
    }
    return 'ended'
  } catch {
    return 'source-lost'
  }
}

async function carryChunk({ from, to, through }: Way, chunk: Buffer): Promise<Ending | undefined> {
  for (let rest = chunk; rest.length > 0; ) {
    const bytes = await through.enter(from, rest.length)
    if (bytes === 0) return 'cut'
    if (!(await written(to, rest.subarray(0, bytes)))) return 'sink-lost'
    rest = rest.subarray(bytes)
  }
  return undefined
}

/** False: nobody takes it any more. */
function written(to: Socket, bytes: Buffer): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  to.write(bytes, error => resolve(!error))
  return promise
}
