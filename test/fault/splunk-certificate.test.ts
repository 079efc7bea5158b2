/** Splunk's certificate is swapped for one that nobody vouches for: not an event goes there, and it goes on by itself. */

import { expect } from 'vitest'
import { createAuthority, selfSigned } from '../support/certificates.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { createCounted, notReady, storedIn } from './support/splunk.ts'

const authority = createAuthority()
const names = 'IP:127.0.0.1'
const trusted = authority.issue(names)

function swapped(kind: string, other: { readonly cert: string; readonly key: string }): Scenario {
  const twice = createCounted('requests under way in the moment in which connections broke')
  return {
    fault: "Splunk's certificate is swapped for another one, and back",
    case: kind,
    world: { hec: { tls: trusted } },
    services: [{ overrides: { splunk: { tls: { verify: true, ca: authority.ca } } } }],
    async strike({ far, services: [running] }) {
      twice.addUnheard(far)
      far.hec.setCertificate(other)
      const storedBefore = storedIn(far)
      if (running) await notReady(running, 'splunk-certificate')
      expect(storedIn(far), 'events that went to somebody unknown').toBe(storedBefore)
      return () => far.hec.setCertificate(trusted)
    },
    duplicates: twice.bound,
    disorder: twice.bound,
  }
}

scenarios('Network', () => [
  swapped('it vouches for itself', selfSigned(names)),
  swapped('of another authority', createAuthority().issue(names)),
  swapped('for another host', authority.issue('DNS:other.example')),
])
