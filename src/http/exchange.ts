/** Common part of both HTTP clients: agents, the duration of an exchange, the meaning of its signal. */

import { type Agents, createAgents } from './agents.ts'
import type { HttpClient, HttpClientOptions, HttpOutcome, HttpRequest } from './client.ts'
import type { Ended } from './outcome.ts'

/** Makes one exchange over connections of the agents. Does not reject; an aborted signal ends it at once. */
export type Exchange = (request: HttpRequest, agents: Agents, signal: AbortSignal) => Promise<Ended>

export function clientOf(exchange: Exchange, options: HttpClientOptions): HttpClient {
  const agents = createAgents(options)
  return {
    async send(request, signal): Promise<HttpOutcome> {
      signal.throwIfAborted()
      const startedAt = performance.now()
      const ended = await exchange(request, agents, signal)
      // An answer that is here counts, whatever the signal says by now.
      if (ended.kind === 'trouble') signal.throwIfAborted()
      return { ...ended, durationMs: performance.now() - startedAt }
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
