import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { flushed } from '../../../../src/commands/terminal/flushed.ts'

function slowReader() {
  const taken: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      setImmediate(() => {
        taken.push(chunk.toString())
        done()
      })
    },
  })
  return { stream, text: () => taken.join('') }
}

describe('flushed', () => {
  it('waits for all that a slow reader has not taken yet', async () => {
    const { stream, text } = slowReader()
    for (const line of ['one ', 'two ', 'three']) stream.write(line)
    expect(text()).toBe('')
    await flushed(stream)
    expect(text()).toBe('one two three')
  })

  it('does not wait for a reader that has gone', async () => {
    const { stream } = slowReader()
    stream.write('one')
    stream.destroy()
    await flushed(stream)
  })

  it('ends without an error when the reader goes meanwhile', async () => {
    const { stream } = slowReader()
    stream.write('one')
    const done = flushed(stream)
    stream.destroy(new Error('EPIPE'))
    await done
  })

  it('does not wait when nothing was written', async () => {
    await flushed(slowReader().stream)
  })
})
