/** The names of both far ends do not resolve, at the start and under way: the service has hosts of its own to look in. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, PROJECT } from '../support/far-ends.ts'
import { createWorkplace, type ServiceProcess, yamlOf } from '../support/process.ts'
import { sentLater } from './support/bounds.ts'
import { type Scenario, scenarios, type World } from './support/scenario.ts'
import { createOutage } from './support/splunk.ts'
import { delivered } from './support/waits.ts'

const SLS = 'sls.example.test'
const SPLUNK = 'splunk.example.test'
const NAMES = `127.0.0.1 ${PROJECT}.${SLS} ${SPLUNK}\n`

/** In a mount namespace, `/etc/hosts` is the first file and the resolver's configuration the second. */
const WITH_OWN_HOSTS =
  'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"'
const MOUNTED = ['unshare', '--mount', '--map-root-user', 'sh', '-c', WITH_OWN_HOSTS, 'sh']

function canMount(): boolean {
  const words = ['--mount', '--map-root-user', 'mount', '--bind', '/etc/hosts', '/etc/hosts']
  return spawnSync('unshare', words).status === 0
}

function startWithNames({ far, onEnd, onStop }: World) {
  const workplace = createWorkplace(onEnd)
  const [hosts, resolver] = ['hosts', 'resolv.conf'].map(name => join(workplace.directory, name))
  if (hosts === undefined || resolver === undefined) throw new Error('two files')
  const setNames = (text: string) => writeFileSync(hosts, text)
  setNames('')
  // Nobody listens there: a name that is not in the file is known to nobody at once.
  writeFileSync(resolver, 'nameserver 127.0.0.1\noptions attempts:1 timeout:1\n')
  const service = workplace.run(yaml(far), [...MOUNTED, hosts, resolver])
  onStop(async () => {
    service.signal('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
  })
  return { service, setNames }
}

function yaml({ sls, hec }: FarEnds): string {
  return yamlOf(
    { sls, hec },
    {
      sls: { endpoint: `http://${SLS}:${sls.port}` },
      splunk: { url: hec.url.replace('127.0.0.1', SPLUNK) },
      source: { heartbeat_interval: '5s' },
    },
  )
}

/** Requests of this kind have failed for want of an address, several times. */
async function unresolved(service: ServiceProcess, metric: string): Promise<void> {
  const failures = new RegExp(`^${metric}\\{.*code="(ENOTFOUND|EAI_AGAIN)".*\\} [2-9]`, 'm')
  await eventually(async () => failures.test((await service.get('/metrics')).text), {
    withinMs: 40_000,
    what: `${metric} counts names that do not resolve`,
    state: service.output,
  })
}

function unknownNames(): Scenario {
  const outage = createOutage()
  return {
    fault: 'the names of Log Service and Splunk do not resolve, at the start and under way',
    lacks: canMount() ? undefined : 'a mount namespace: unshare --mount --map-root-user fails',
    services: [],
    strikesWhen: 'starting',
    async strike(world) {
      const { service, setNames } = startWithNames(world)
      await unresolved(service, 'sls2splunk_sls_requests_total')
      setNames(NAMES)
      await delivered(world.far, 50)
      setNames('')
      // Connections that are open go on; new ones need the names.
      await outage.begin(world.far)
      await world.far.hec.up()
      await unresolved(service, 'sls2splunk_hec_requests_total')
      return () => setNames(NAMES)
    },
    duplicates: outage.bound,
    disorder: sentLater,
  }
}

scenarios('Network', () => [unknownNames()])
