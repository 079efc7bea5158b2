/** Log Service refuses the access key, and takes it again. */

import type { SimulatedAccessKey } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { ACCESS_KEY } from '../support/far-ends.ts'
import { type Scenario, scenarios } from './support/scenario.ts'

function refused(fault: string, keys: readonly SimulatedAccessKey[]): Scenario {
  return {
    fault,
    async strike({ far, services: [running] }) {
      far.sls.setAccessKeys(keys)
      const conditions = () => running?.service.conditions.list() ?? []
      await eventually(() => conditions().some(({ count }) => count >= 4), {
        withinMs: 30_000,
        what: 'the refusals show',
        state: conditions,
      })
      return () => far.sls.setAccessKeys([ACCESS_KEY])
    },
  }
}

scenarios('Log Service', () => [
  refused('the access key is disabled and enabled again', []),
  refused('the secret of the access key does not fit, then does', [{ id: ACCESS_KEY.id, secret: 'another' }]),
  refused('a security token is wanted, then not', [{ ...ACCESS_KEY, securityToken: 'of an hour ago' }]),
])
