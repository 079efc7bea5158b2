/**
 * The interface of the HTTP client: one request, one outcome. `got-client.ts` implements it for the main thread and the
 * commands, `node-client.ts` for the workers' data path. The wiring of each hands its own in.
 */

import type { TlsConfig } from '../base/tls.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Time limit of the whole exchange, waiting for a connection included. */
  readonly timeoutMs: number
  /** A longer answer is trouble: no server may fill our memory. */
  readonly maxAnswerBytes: number
  /** Bytes left free in front of the answer's body, for a decompressor that wants a prefix there. Default 0. */
  readonly headroomBytes?: number
}

export type HttpOutcome =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: HttpHeaders
      /** Begins with `headroomBytes` bytes of no meaning. */
      readonly body: Buffer
      /** True when the answer ended before the request was written, so that not all of it was read. Never with a 2xx. */
      readonly isEarly: boolean
      readonly durationMs: number
      /** Only got measures them. */
      readonly phases?: HttpPhases
    }
  | {
      readonly kind: 'trouble'
      /** Node's code (ECONNREFUSED, ETIMEDOUT, ENOTFOUND, CERT_HAS_EXPIRED, …), or one of the two below. */
      readonly code: string
      readonly message: string
      readonly durationMs: number
    }

/** A success that cannot be one: the server has not read what it claims to have accepted. */
export const EARLY_SUCCESS = 'EARLY_SUCCESS'
/** An answer longer than `maxAnswerBytes`, by what was announced or by what came. */
export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE'

export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Durations of the phases of an exchange. On a connection that is used again, those of its making count. */
export interface HttpPhases {
  /** Until the request had a socket; through a proxy with TLS, until the tunnel was there. */
  readonly waitMs: number
  /** 0 for an IP address. */
  readonly dnsMs: number
  readonly tcpMs: number
  /** Undefined without TLS, and through a proxy. */
  readonly tlsMs: number | undefined
  /** From the last byte out to the first byte in; undefined when the answer came before the request was written. */
  readonly firstByteMs: number | undefined
}

export interface HttpClient {
  /** Sends one request: no second try, no redirect, no decompression. Rejects only with the signal's reason. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome>
  /** Closes all connections: a request in flight ends as trouble (ECONNRESET). */
  close(): void
}

export interface HttpClientOptions {
  readonly tls: TlsConfig
  /** `http://host:port`; `''` for none; without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment count. */
  readonly proxy?: string
  readonly maxSockets: number
  /** The name that the certificate must be for when it is not the URL's host; `''` for an IP address (no SNI). */
  readonly serverName?: string
}

export type CreateHttpClient = (options: HttpClientOptions) => HttpClient
