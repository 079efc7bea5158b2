/** A call to Log Service before it is signed, and what is known of it afterwards. */

/** What a metric wants to know of one request. */
export interface SlsCall {
  readonly operation: Operation
  /** `ok`, or the failure's code. */
  readonly code: string
  readonly durationMs: number
  readonly receivedBytes: number
}

export type Operation = 'admin' | 'heartbeat' | 'checkpoint_get' | 'checkpoint_save' | 'cursor' | 'pull'

export interface Call {
  readonly operation: Operation
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly timeoutMs: number
}
