/** The configuration of the demonstration, with the addresses that its far ends have got. */

import { join } from 'node:path'
import type { Config } from '../../config/types.ts'
import type { FarEnds } from './far-ends.ts'

export interface DemoConfigOptions {
  readonly consumers: number
  readonly stateDirectory: string
}

const MIB = 1024 * 1024

export function demoConfig(farEnds: FarEnds, { consumers, stateDirectory }: DemoConfigOptions): Config {
  const { project, logstore, accessKey, token } = farEnds
  return {
    file: 'demo',
    instance: 'demo',
    stateDirectory,
    sls: {
      endpoint: farEnds.slsUrl,
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: accessKey.id, accessKeySecret: accessKey.secret },
      tls: { verify: true },
      timeoutMs: 60_000,
    },
    splunk: {
      urls: [farEnds.splunkUrl],
      token,
      tls: { verify: true },
      timeoutMs: 120_000,
      compression: 'gzip',
      batchBytes: MIB,
      metadata: {},
    },
    sources: [
      {
        name: 'audit',
        project,
        logstore,
        consumerGroup: 'demo',
        consumers,
        startFrom: { kind: 'begin' },
        inOrder: false,
        heartbeatIntervalMs: 5_000,
        fetchIntervalMs: 1_000,
        checkpointIntervalMs: 5_000,
        routes: [],
        event: { metadata: true },
      },
    ],
    worker: {
      memoryLimitBytes: 512 * MIB,
      inFlightBytes: 64 * MIB,
      stalledAfterMs: 60_000,
      restartBackoff: { minMs: 1_000, maxMs: 60_000 },
      drainTimeoutMs: 30_000,
    },
    http: { host: '127.0.0.1', port: 0 },
    deadLetters: { directory: join(stateDirectory, 'dead-letters'), maxBytes: 1024 * MIB },
    log: { level: 'info', format: 'pretty' },
  }
}
