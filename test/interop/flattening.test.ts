import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { nastyLogs } from '../../src/simulator/generator/nasty.ts'
import { type ComparableEvent, comparable } from './expected-event.ts'
import { type DeliveredEvent, startFarEnds } from './far-ends.ts'
import { missingSdk } from './official-sdk.ts'
import { decodeAsSdk, expectedOf, SDK_DIFFERENCES } from './sdk-differences.ts'
import { readWithSdk, type SdkLog, type SdkText, type SdkValue } from './sdk-reading.ts'

const cases = nastyLogs()

/** A log as the SDK has read it and as Splunk has got it. */
interface Pair {
  readonly sdk: SdkLog
  readonly delivered: ComparableEvent
}

describe.skipIf(missingSdk)('nasty logs, read by the official SDK and delivered', () => {
  let pairs: ReadonlyMap<string, readonly Pair[]>

  beforeAll(async () => {
    await using farEnds = await startFarEnds(1)
    const groups = cases.map(({ group }) => group)
    farEnds.append(0, groups)
    const events = groups.flatMap(({ logs }) => logs).length
    const sdkGroups = await readWithSdk({ ...farEnds.account, signature: 'v4', compression: 'lz4' })
    const delivered = await farEnds.deliver({ events, overrides: { source: { inOrder: true } } })
    expect(delivered).toHaveLength(events)
    pairs = pairUp(sdkGroups, delivered)
  }, 120_000)

  it.each(cases)('$name: Splunk gets what the SDK returns', ({ name, group }) => {
    const found = pairs.get(name) ?? []
    expect(found).toHaveLength(group.logs.length)
    for (const { sdk, delivered } of found) expect(delivered).toEqual(expectedOf(sdk))
  })

  it.each(SDK_DIFFERENCES)('the SDK still has its fault: $fault', difference => {
    const others = SDK_DIFFERENCES.filter(each => each !== difference)
    const differing = [...pairs.values()]
      .flat()
      .filter(({ sdk, delivered }) => !isDeepStrictEqual(delivered, expectedOf(sdk, others)))
    expect(differing.length).toBeGreaterThan(0)
  })

  it('with decode_bytes the SDK leaves out what is not UTF-8 in fields, and bytes in topic, source and tags', () => {
    const logs = [...pairs.values()].flat().map(({ sdk }) => sdk)
    for (const log of logs) expect(new Map(log.decoded)).toEqual(decodedBySdk(log))
    const isDecoded = ({ plain, decoded }: SdkLog) => !isDeepStrictEqual(plain, decoded)
    expect(logs.filter(isDecoded).length).toBeGreaterThan(0)
    const hasBytes = ({ decoded }: SdkLog) => decoded.some(([, value]) => Buffer.isBuffer(value))
    expect(logs.filter(hasBytes).length).toBeGreaterThan(0)
  })
})

/** Both are in the order of the cases. */
function pairUp(
  sdkGroups: readonly SdkLog[][],
  delivered: readonly DeliveredEvent[],
): Map<string, readonly Pair[]> {
  const events = delivered.map(comparable)
  return new Map(
    cases.map(({ name, group }, index) => {
      const own = events.splice(0, group.logs.length)
      const logs = sdkGroups[index] ?? []
      return [name, logs.flatMap((sdk, at) => (own[at] ? [{ sdk, delivered: own[at] }] : []))]
    }),
  )
}

/** What stands before the contents in a flat log stays as it is. */
function decodedBySdk({ plain, names }: SdkLog): Map<SdkText, SdkValue> {
  const isField = (name: SdkText) => names.some(each => isDeepStrictEqual(each, name))
  return new Map(
    plain.map(([name, value]) => {
      const isText = typeof value === 'string' || Buffer.isBuffer(value)
      return isField(name) && isText ? [decodeAsSdk(name), decodeAsSdk(value)] : [name, value]
    }),
  )
}
