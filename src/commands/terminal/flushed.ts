/** Waiting for output: `process.exit` throws away what a pipe has not taken yet. */

import type { Writable } from 'node:stream'

/** Resolves when all that was written is out, or its reader has gone. */
export async function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return
  await new Promise<void>(resolve => {
    // A reader that goes now, as `head` does, is no error; without a listener Node would print a stack trace.
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
