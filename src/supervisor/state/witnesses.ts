/**
 * Whose word on Splunk counts. Who has nothing to deliver only asks for its health now and then, and a healthy Splunk may
 * refuse the token all the same: where others have logs to deliver, what they meet is what is true.
 */

export interface Witness {
  readonly source: string
  /** It has read something in the last seconds, or holds what is not delivered. */
  readonly busy: boolean
}

/** Of each source those with something to deliver; all when none has. */
export function witnessesOf<W extends Witness>(all: readonly W[]): W[] {
  const busySources = new Set(all.filter(({ busy }) => busy).map(({ source }) => source))
  return all.filter(({ source, busy }) => busy || !busySources.has(source))
}
