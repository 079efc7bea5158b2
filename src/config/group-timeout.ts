/**
 * How long a consumer may be silent before the server gives its shards to others: three heartbeats, in whole seconds,
 * since that is what Log Service stores. The lease of a worker and the group's setting both come from here.
 */
export function groupTimeoutSeconds(heartbeatIntervalMs: number): number {
  return Math.ceil((heartbeatIntervalMs * HEARTBEATS) / 1_000)
}

const HEARTBEATS = 3
