import { toSeconds } from './clock.ts'
import { createLogstore, type Logstore, type NewLogstore } from './logstore.ts'
import type { SlsSimulatorOptions } from './options.ts'
import { type Refusal, refuse } from './refusal.ts'

/** All that exists: projects with their logstores. */
export interface World {
  createProject(project: string): void
  createLogstore(project: string, logstore: string, settings: NewLogstore): Logstore
  deleteLogstore(project: string, logstore: string): void
  /** The logstores of a project by name. */
  logstoresOf(project: string): Map<string, Logstore> | Refusal
  logstoreOf(project: string, logstore: string): Logstore | Refusal
}

/** Room for so many groups in a shard before its cursors reach those of the next shard. */
const CURSORS_PER_SHARD = 1_000_000_000_000n
const OPAQUE_BASE = 1_447_329_401_102_130_904n

export function createWorld(options: SlsSimulatorOptions): World {
  const projects = new Map<string, Map<string, Logstore>>()
  const firstCursor = cursorSource(options)

  const logstoresOf = (project: string) =>
    projects.get(project) ?? refuse('ProjectNotExist', `The Project does not exist : ${project}`)

  return {
    createProject: project => {
      if (!projects.has(project)) projects.set(project, new Map())
    },
    createLogstore: (project, name, settings) => {
      const logstores = projects.get(project) ?? new Map<string, Logstore>()
      const logstore = createLogstore(name, settings, { nowMs: options.clock.nowMs(), firstCursor })
      projects.set(project, logstores.set(name, logstore))
      return logstore
    },
    deleteLogstore: (project, name) => projects.get(project)?.delete(name),
    logstoresOf,
    logstoreOf: (project, name) => {
      const logstores = logstoresOf(project)
      if (!(logstores instanceof Map)) return logstores
      return logstores.get(name) ?? refuse('LogStoreNotExist', `logstore ${name} does not exist`)
    },
  }
}

/** Every shard gets numbers of its own, so that a cursor of another one is told apart. */
function cursorSource({ clock, firstCursor }: SlsSimulatorOptions): () => bigint {
  let shards = 0n
  const opaque = () => OPAQUE_BASE + shards++ * CURSORS_PER_SHARD
  const unixSeconds = () => BigInt(toSeconds(clock.nowMs())) * 1_000_000_000n + shards++ * 1_000_000n
  return firstCursor === 'opaque' ? opaque : unixSeconds
}
