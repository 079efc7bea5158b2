/** The configuration of a soak's service: as shipped, with what a person would wait for in short. */

import { ACCESS_KEY, GROUP, LOGSTORE, PROJECT, type SoakFarEnds, TOKEN } from './far-ends.ts'
import { HEARTBEAT_MS, REQUEST_TIMEOUT_MS } from './menu.ts'

export interface SoakConfig {
  readonly far: Pick<SoakFarEnds, 'sls' | 'hec'>
  readonly name: string
  readonly consumers: number
}

/** Text of a `config.yaml`; JSON is YAML. */
export function configOf({ far: { sls, hec }, name, consumers }: SoakConfig): string {
  return JSON.stringify({
    sls: {
      endpoint: sls.url,
      region: 'cn-hangzhou',
      access_key_id: ACCESS_KEY.id,
      access_key_secret: ACCESS_KEY.secret,
      timeout: `${REQUEST_TIMEOUT_MS}ms`,
    },
    splunk: { url: hec.url, token: TOKEN, timeout: `${REQUEST_TIMEOUT_MS}ms` },
    sources: [
      {
        project: PROJECT,
        logstore: LOGSTORE,
        consumer_group: GROUP,
        consumers,
        start_from: 'begin',
        heartbeat_interval: `${HEARTBEAT_MS}ms`,
        fetch_interval: '500ms',
        checkpoint_interval: '1s',
      },
    ],
    instance: name,
    state_directory: 'state',
    worker: { stalled_after: '5s', restart_backoff: { min: '200ms', max: '5s' }, drain_timeout: '10s' },
    http: { listen: '127.0.0.1:0' },
    log: { format: 'json' },
  })
}
