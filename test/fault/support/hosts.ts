/**
 * Hosts of their own, as network namespaces (Debian's iproute2; needs root): each behind a router of its own, on which
 * one direction to or from one far end can be cut. What is cut is dropped in silence, as by a firewall or a dead link.
 *
 *     far ends ── north ── router ── south ── host
 *
 * A host sees Log Service and Splunk under two addresses, and answers each from an address of its own: so that plain
 * routes tell all four directions apart.
 */

import { execFileSync } from 'node:child_process'

export type FarEnd = 'sls' | 'splunk'
/** As the host sees it: requests go out, answers come in. */
export type Direction = 'out' | 'in'

export interface Host {
  /** What a program is started through to run there. */
  readonly through: readonly string[]
  /** Where the far ends of this machine are, seen from there. */
  readonly addresses: Readonly<Record<FarEnd, string>>
  /** Until it is healed. */
  cut(farEnd: FarEnd, directions: readonly Direction[]): void
  heal(): void
  remove(): void
}

/** Whether this machine lets us make hosts. */
export function canMakeHosts(): boolean {
  try {
    createHost().remove()
    return true
  } catch {
    return false
  }
}

let hosts = 0

/** Throws where it may not be done. */
export function createHost(): Host {
  // Two networks of 256 addresses for each; processes of a run have numbers of their own.
  const number = (process.pid % 100) * 100 + 2 * (hosts++ % 50)
  const [north, south] = [networkOf(number), networkOf(number + 1)]
  const id = `s2s${process.pid}-${hosts}`
  const [router, host, uplink] = [`${id}r`, `${id}h`, `${id}n`]
  const onRouter = (...args: string[]) => ip('-n', router, ...args)
  const onHost = (...args: string[]) => ip('-n', host, ...args)
  const addresses = { sls: `${north}.1`, splunk: `${north}.2` } as const
  const sources = { sls: `${south}.1`, splunk: `${south}.2` } as const
  let cuts: string[] = []

  function remove(): void {
    // Their links go with them.
    for (const name of [router, host]) ipIfThere('netns', 'del', name)
    ipIfThere('link', 'del', uplink)
  }

  try {
    ip('netns', 'add', router)
    ip('netns', 'add', host)
    ip('link', 'add', uplink, 'type', 'veth', 'peer', 'name', 'north', 'netns', router)
    ip('link', 'add', 'south', 'netns', router, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', host)
    for (const address of Object.values(addresses)) ip('addr', 'add', `${address}/24`, 'dev', uplink)
    for (const address of Object.values(sources)) onHost('addr', 'add', `${address}/24`, 'dev', 'uplink')
    onRouter('addr', 'add', `${north}.254/24`, 'dev', 'north')
    onRouter('addr', 'add', `${south}.254/24`, 'dev', 'south')
    ip('link', 'set', uplink, 'up')
    for (const link of ['lo', 'north', 'south']) onRouter('link', 'set', link, 'up')
    for (const link of ['lo', 'uplink']) onHost('link', 'set', link, 'up')
    ip('netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
    ip('route', 'add', `${south}.0/24`, 'via', `${north}.254`)
    for (const farEnd of ['sls', 'splunk'] as const)
      onHost('route', 'add', addresses[farEnd], 'via', `${south}.254`, 'src', sources[farEnd])
  } catch (error) {
    remove()
    throw error
  }

  return {
    through: ['ip', 'netns', 'exec', host],
    addresses,
    cut(farEnd, directions) {
      const destinations = directions.map(direction => (direction === 'out' ? addresses : sources)[farEnd])
      for (const destination of destinations) onRouter('route', 'add', 'blackhole', `${destination}/32`)
      cuts = [...cuts, ...destinations]
    },
    heal() {
      for (const destination of cuts) onRouter('route', 'del', 'blackhole', `${destination}/32`)
      cuts = []
    },
    remove,
  }
}

function networkOf(number: number): string {
  return `10.${100 + Math.floor(number / 256)}.${number % 256}`
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function ipIfThere(...args: readonly string[]): void {
  try {
    ip(...args)
  } catch {
    // It is gone.
  }
}
