/**
 * The HTTP client as the rest of the program sees it: one request, one outcome. `got-client.ts` implements it for the main
 * thread and the commands, `node-client.ts` for the workers' data path; whoever puts a program together hands one in.
 */

import type { TlsConfig } from '../base/tls.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Limit of the whole exchange, from the first byte out to the last byte in. */
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
      /** True when the answer ended before the request was written: the server has not read all of it. Never with a 2xx. */
      readonly isEarly: boolean
      readonly durationMs: number
      /** Measured by got alone. */
      readonly phases?: HttpPhases
    }
  | {
      readonly kind: 'trouble'
      /** Node's code (ECONNREFUSED, ETIMEDOUT, ENOTFOUND, CERT_HAS_EXPIRED, …), or one of the two below. */
      readonly code: string
      readonly message: string
      readonly durationMs: number
    }

/** A success that cannot be one: the server has not read what it says that it has taken. */
export const EARLY_SUCCESS = 'EARLY_SUCCESS'
/** An answer longer than `maxAnswerBytes`, by what was announced or by what came. */
export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE'

export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Where the time of an exchange went, in milliseconds. A connection that was there already has the values of its making. */
export interface HttpPhases {
  /** Until a socket was assigned; with a proxy for TLS, until its tunnel was there. */
  readonly waitMs: number
  /** 0 for an address. */
  readonly dnsMs: number
  readonly tcpMs: number
  /** Undefined without TLS, and through a proxy. */
  readonly tlsMs: number | undefined
  /** From the last byte out to the first byte in; undefined when the answer came before the request was written. */
  readonly firstByteMs: number | undefined
}

export interface HttpClient {
  /** Sends one request: nothing is tried again, no redirect followed, nothing decompressed. Rejects by the signal alone. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome>
  /** Closes idle connections; requests in flight end by their signal. */
  close(): void
}

export interface HttpClientOptions {
  readonly tls: TlsConfig
  /** `http://host:port`; `''` for none; without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment count. */
  readonly proxy?: string
  readonly maxSockets: number
  /** The name that the certificate must carry when it is not the URL's host; `''` for an IP address (no SNI). */
  readonly serverName?: string
}

export type CreateHttpClient = (options: HttpClientOptions) => HttpClient
