/** What HEC says: one status and text for each code, and the pages its HTTP layer answers before HEC sees a request. */

export const ANSWERS = {
  0: { status: 200, text: 'Success' },
  1: { status: 403, text: 'Token disabled' },
  2: { status: 401, text: 'Token is required' },
  3: { status: 401, text: 'Invalid authorization' },
  4: { status: 403, text: 'Invalid token' },
  5: { status: 400, text: 'No data' },
  6: { status: 400, text: 'Invalid data format' },
  7: { status: 400, text: 'Incorrect index' },
  8: { status: 500, text: 'Internal server error' },
  9: { status: 503, text: 'Server is busy' },
  10: { status: 400, text: 'Data channel is missing' },
  11: { status: 400, text: 'Invalid data channel' },
  12: { status: 400, text: 'Event field is required' },
  13: { status: 400, text: 'Event field cannot be blank' },
  14: { status: 400, text: 'ACK is disabled' },
  15: { status: 400, text: 'Error in handling indexed fields' },
  16: { status: 400, text: 'Query string authorization is not enabled' },
  17: { status: 200, text: 'HEC is healthy' },
  18: { status: 503, text: 'HEC is unhealthy, queues are full' },
  19: { status: 503, text: 'HEC is unhealthy, ack service unavailable' },
  20: { status: 503, text: 'HEC is unhealthy, queues are full, ack service unavailable' },
  21: { status: 400, text: 'Invalid token' },
  22: { status: 400, text: 'Token disabled' },
  23: { status: 503, text: 'Server is shutting down' },
  24: { status: 200, text: 'HEC queue is approaching its capacity limit' },
  25: { status: 200, text: 'HEC ACK is approaching its capacity limit' },
  26: { status: 429, text: 'HEC queue is at capacity' },
  27: { status: 429, text: 'HEC ACK channel is at capacity' },
  28: { status: 400, text: 'Data channel is missing, as sticky session load balancers need one' },
  404: { status: 404, text: 'The requested URL was not found on this server.' },
} as const

export type HecCode = keyof typeof ANSWERS

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Absent when the body is not HEC's JSON. */
  readonly code?: number
}

export interface ReplyDetails {
  readonly invalidEventNumber?: number | undefined
  readonly ackId?: number | undefined
}

/** `{"text":…,"code":N}`, then the number of the refused event and the ack id, in the order Splunk writes them. */
export function hecReply(code: HecCode, details: ReplyDetails = {}): Reply {
  const { status, text } = ANSWERS[code]
  const body = { text, code, 'invalid-event-number': details.invalidEventNumber, ackId: details.ackId }
  return { ...jsonReply(body), status, code }
}

export function jsonReply(body: object): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** A wrong method is 405, and still says 404 in its body. */
export const WRONG_METHOD: Reply = { ...hecReply(404), status: 405 }

const HTML_TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  413: 'Content-Length too large',
  415: 'Unsupported Media Type',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** What splunkd's HTTP layer, or a proxy in front of it, answers instead of HEC. */
export function htmlReply(status: number): Reply {
  const title = `${status} ${HTML_TITLES[status] ?? 'Error'}`
  const body = `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body }
}
