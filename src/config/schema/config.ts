/** The whole of `config.yaml`. */

import { join } from 'node:path'
import type { z } from 'zod'
import type { Files } from '../files.ts'
import { section } from '../section.ts'
import type { Config, LogConfig } from '../types.ts'
import { text } from '../values.ts'
import { deadLettersSchema } from './dead-letters.ts'
import { httpSchema } from './http.ts'
import { logSchema } from './log.ts'
import { slsSchema } from './sls.ts'
import { sourcesSchema } from './source.ts'
import { splunkSchema } from './splunk.ts'
import { workerSchema } from './worker.ts'

/** What the schema needs to know of the world around the file. */
export interface Surroundings {
  readonly file: string
  readonly files: Files
  readonly instance: string
  readonly stateDirectory: string
  readonly logFormat: LogConfig['format']
}

/** From the file's plain data to the program's `Config`. */
export function configSchema(around: Surroundings) {
  return section(keysOf(around), keys => toConfig(keys, around))
}

function keysOf({ files, logFormat }: Surroundings) {
  return {
    sls: slsSchema(files).describe('How to reach Alibaba Cloud Log Service'),
    splunk: splunkSchema(files).describe('Where events go'),
    sources: sourcesSchema().describe('What is read: one entry for each logstore'),
    instance: text('up to 128 letters, digits, hyphens and underscores', /^[0-9a-zA-Z_-]{1,128}$/)
      .describe("Name of this service among those of one consumer group; default: the host's name")
      .optional(),
    state_directory: text('the path of a directory')
      .describe(`Lock file and dead letters, relative to this file; default: \${STATE_DIRECTORY:-./state}`)
      .optional(),
    worker: workerSchema().prefault({}).describe('What one worker thread may take'),
    http: httpSchema(files).prefault({}).describe('Status page, metrics and health'),
    dead_letters: deadLettersSchema().prefault({}).describe('What Splunk can never accept is kept here'),
    log: logSchema(logFormat, files).prefault({}).describe('The log of the service itself'),
  }
}

type ConfigKeys = z.output<z.ZodObject<ReturnType<typeof keysOf>>>

function toConfig(keys: ConfigKeys, around: Surroundings): Config {
  const { instance, state_directory, dead_letters, ...sections } = keys
  const { absolute } = around.files
  const stateDirectory = absolute(state_directory ?? around.stateDirectory)
  const { directory = join(stateDirectory, 'dead-letters'), maxBytes } = dead_letters
  return {
    file: around.file,
    instance: instance ?? around.instance,
    stateDirectory,
    deadLetters: { directory: absolute(directory), maxBytes },
    ...sections,
  }
}
