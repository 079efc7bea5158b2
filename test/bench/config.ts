/** The configuration of a service that is measured: the shipped one in short, on a free port. */

import type { LoadSide } from './load-side.ts'
import { ACCESS_KEY, GROUP, LOGSTORE, PROJECT, TOKEN } from './names.ts'

export interface Setup {
  /** Default 1. */
  readonly consumers?: number
  /** Default `none`. */
  readonly compression?: 'gzip' | 'none'
  readonly acknowledgement?: boolean
  /** More of the source's settings, as they stand in the file. */
  readonly source?: object
  readonly worker?: object
  /** Variables of the service's process. */
  readonly environment?: NodeJS.ProcessEnv
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
const CA_FILE = '${CA_FILE}'

/** JSON is YAML. */
export function configOf(load: LoadSide, setup: Setup): string {
  const { consumers = 1, compression = 'none', acknowledgement = false, source = {}, worker = {} } = setup
  const tls = load.ca === undefined ? {} : { tls: { ca_file: CA_FILE } }
  return JSON.stringify({
    sls: {
      endpoint: load.slsUrl,
      region: 'cn-hangzhou',
      access_key_id: ACCESS_KEY.id,
      access_key_secret: ACCESS_KEY.secret,
      ...tls,
    },
    splunk: { url: load.hecUrl, token: TOKEN, compression, acknowledgement, ...tls },
    sources: [
      {
        project: PROJECT,
        logstore: LOGSTORE,
        consumer_group: GROUP,
        consumers,
        start_from: 'begin',
        ...source,
      },
    ],
    worker,
    http: { listen: '127.0.0.1:0' },
    log: { format: 'json' },
  })
}
