import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nastyLogs } from '../../../../src/simulator/generator/nasty.ts'
import { createGenerator } from '../../../../src/simulator/generator.ts'
import { encodeLogGroupList, joinLogGroups, type LogGroup } from '../../../../src/simulator/wire.ts'
import { check, checkPage } from '../../../../src/worker/encode/check.ts'
import { isModuleThere } from '../../../../src/worker/encode/module.ts'
import { createEncode } from '../../../../src/worker/encode/page-encoder.ts'
import { createPlanner } from '../../../../src/worker/encode/plan.ts'
import { createVector, type Vector } from '../../../../src/worker/encode/vector.ts'
import { encoderModule } from '../../../support/encoder-module.ts'
import { loadInside } from './inside.ts'
import { bufferBytes, encodeAll, nastyBytes, RULES, randomPage } from './pages.ts'

const vector = createVector(encoderModule())
const { vector: vectorInside, inside } = loadInside()

/** Bodies by the one way, and by the others. */
function expectSame(page: Uint8Array, size: number): void {
  const encodeBy = (each: Vector | undefined) => createEncode(createPlanner(RULES), each)
  const ways = [encodeBy(undefined), encodeBy(vector), inside(encodeBy(vectorInside))]
  const [plain, ...fast] = ways.map(encode => encodeAll(encode, page, size))
  const places = (encoded: typeof plain) => encoded?.bodies.map(({ bytes: _, ...body }) => body)
  const bytes = (encoded: typeof plain) => Buffer.concat(encoded?.bodies.map(body => body.bytes) ?? [])
  for (const each of fast) {
    expect(places(each)).toEqual(places(plain))
    // Without a difference of megabytes in the message.
    expect(bytes(each).equals(bytes(plain))).toBe(true)
  }
}

/** Counts the logs that are encoded by it. */
function counted(): { readonly watched: Vector; events(): number } {
  let events = 0
  const watched: Vector = {
    ...vector,
    encode(...args) {
      const run = vector.encode(...args)
      events += run.events
      return run
    },
  }
  return { watched, events: () => events }
}

const usual = fc.array(
  fc.record({
    timeSeconds: fc.nat(2 ** 32 - 1),
    contents: fc.array(
      fc.record({ key: fc.oneof(fc.constantFrom('a', 'b', 'message'), nastyBytes), value: nastyBytes }),
      { maxLength: 6 },
    ),
  }),
  { maxLength: 30 },
)

describe('the vector encoder', () => {
  it('is there after a build', () => {
    expect(isModuleThere()).toBe(true)
  })

  it('makes the same bodies of random pages', () => {
    fc.assert(
      fc.property(randomPage, bufferBytes, ({ bytes }, size) => expectSame(bytes, size)),
      { numRuns: 500 },
    )
  })

  it('makes the same bodies of logs as Log Service writes them, whatever is in them', () => {
    fc.assert(
      fc.property(usual, bufferBytes, (logs, size) =>
        expectSame(encodeLogGroupList([{ topic: 't', tags: [], logs }]), size),
      ),
      { numRuns: 1_000 },
    )
  })

  it('makes the same bodies of nasty logs', () => {
    const groups: LogGroup[] = nastyLogs().map(({ group }) => group)
    for (const size of [1, 3_000, 2 ** 20]) expectSame(encodeLogGroupList(groups), size)
  })

  it('makes the same bodies of groups that are larger than what it takes at once', () => {
    const generator = createGenerator({ seed: 3, logsPerGroup: 1_000 })
    const page = joinLogGroups([generator.nextGroup(0, 1_700_000_000).bytes])
    for (const size of [70_000, 2 ** 20]) expectSame(page, size)
  })

  it('makes the same bodies of logs whose keys are data, and of usual ones between them', () => {
    const keyOf = (i: number) => (i % 3 === 0 ? `user-${i}` : ['action', 'result', 'a'.repeat(130)][i % 3])
    const contentsOf = (i: number) => [
      { key: keyOf(i) ?? '', value: `${i}` },
      { key: `${'long'.repeat(20)}-${i % 900}`, value: '"quoted"\n' },
    ]
    const logs = Array.from({ length: 3_000 }, (_, i) => ({ timeSeconds: i, contents: contentsOf(i) }))
    expectSame(encodeLogGroupList([{ topic: 't', tags: [], logs }]), 2 ** 16)
  })

  it.each([0, 1, 4, 5, 6, 40])(
    'takes nanoseconds for what they are, with a last value of %i bytes',
    length => {
      // A value that ends as if nanoseconds followed, and one whose log has some.
      const value = Buffer.concat([Buffer.alloc(length, 'v'), Buffer.of(0x25, 1, 2, 3, 4)])
      const contents = [{ key: 'k', value }]
      const logs = [undefined, 0, 1, 999_999_999, 1_000_000_000].map(timeNs => ({
        timeSeconds: 1_700_000_000,
        contents,
        ...(timeNs !== undefined && { timeNs }),
      }))
      const page = encodeLogGroupList([{ topic: 't', tags: [], logs }])
      expectSame(page, 2 ** 16)
      const { watched, events } = counted()
      encodeAll(createEncode(createPlanner(RULES), watched), page, 2 ** 16)
      expect(events()).toBe(logs.length)
    },
  )

  it('makes the same bodies of pages that are encoded in turns', () => {
    fc.assert(
      fc.property(randomPage, randomPage, bufferBytes, (one, other, size) => {
        const inTurns = (each: Vector | undefined) => {
          const encode = createEncode(createPlanner(RULES), each)
          const encoders = [one, other].map(({ bytes }) => encode(bytes))
          const bodies: Buffer[] = []
          for (let isOver = false; !isOver; ) {
            const made = encoders.map(encoder => encoder.next(new Uint8Array(size)))
            bodies.push(...made.map(body => Buffer.from(body?.bytes ?? [])))
            isOver = made.every(body => body === undefined)
          }
          return bodies
        }
        expect(inTurns(vector)).toEqual(inTurns(undefined))
      }),
      { numRuns: 500 },
    )
  })

  it('takes nearly all logs of audit logs, so that it is worth its while', () => {
    const generator = createGenerator({ seed: 3 })
    const groups = Array.from({ length: 100 }, () => generator.nextGroup(0, 1_700_000_000))
    const page = joinLogGroups(groups.map(({ bytes }) => bytes))
    const { watched, events } = counted()
    encodeAll(createEncode(createPlanner(RULES), watched), page, 2 ** 20)
    const logs = groups.reduce((sum, group) => sum + group.logs, 0)
    expect(events()).toBeGreaterThan(0.95 * logs)
  })

  it('finds the same pages corrupt', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(usual, flips, (logs, changes) => {
        const page = encodeLogGroupList([{ topic: 't', tags: [], logs }])
        for (const [at, byte] of changes) if (page.length > 0) page[at % page.length] = byte
        const outcome = ({ outline: _, ...rest }: ReturnType<typeof check> & { outline?: unknown }) => rest
        expect(outcome(check(page, vector))).toEqual(outcome(check(page)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not take a length of more than 32 bits for a short one', () => {
    // A content of 2^32 + 2 bytes, in a group that holds much more than two.
    const log = Buffer.concat([Buffer.from('12828080801000', 'hex'), Buffer.alloc(40)])
    const group = Buffer.concat([Buffer.of(0x0a, log.length), log])
    const page = Buffer.concat([Buffer.of(0x0a, group.length), group])
    expect(() => checkPage(page)).toThrow()
    expect(() => checkPage(page, vector)).toThrow()
  })
})
