/** The section `dead_letters`: where events are kept that Splunk can never accept. */

import { section } from '../section.ts'
import { size, text } from '../values.ts'

/** The directory as written; where it is left out, the state directory decides. */
export interface DeadLettersKeys {
  readonly directory: string | undefined
  readonly maxBytes: number
}

export function deadLettersSchema() {
  const keys = {
    directory: text('the path of a directory')
      .describe('Relative to this file; default: dead-letters/ in the state directory')
      .optional(),
    max_bytes: size({
      min: '64MiB',
      max: '1024GiB',
      fallback: '1GiB',
      why: '; one letter may take 20 MB',
    }).describe('All files together; when they are full, shards hold and nothing is dropped'),
  }
  return section(keys, ({ directory, max_bytes }): DeadLettersKeys => ({ directory, maxBytes: max_bytes }))
}
