/** An answer of Log Service: the body of a 200, or what went wrong in its own words. */

import { excerpt, isRecord, isText, parseJson } from '../base/json.ts'
import type { HttpHeaders } from '../http/client.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'
import type { Shape } from './shapes.ts'

export interface Answer {
  readonly headers: HttpHeaders
  /** Behind `HEADROOM_BYTES` of no meaning. */
  readonly body: Buffer
}

/** What a 200 says, or why it cannot be what was asked for. */
export type Read<T> = (answer: Answer) => SlsResult<T>

export function readAnswer<T>(status: number, answer: Answer, read: Read<T>): SlsResult<T> {
  if (status === 200) return read(answer)
  const { headers, body } = answer
  return { kind: 'failed', failure: readFailure(status, headers, body.subarray(HEADROOM_BYTES)) }
}

/** JSON of a known shape. A 200 of another one is a failure, never "nothing". */
export function jsonAs<T>({ fits, oddity }: Shape<T>): Read<T> {
  return ({ body }) => {
    const json = parseJson(body.subarray(HEADROOM_BYTES))
    if (json === undefined) return wrongShape(body, 'no JSON')
    return fits(json) ? { kind: 'ok', value: json } : wrongShape(body, oddity(json))
  }
}

/** Of calls that have nothing to say: an empty body, or JSON. A page of HTML is somebody else's answer. */
export const nothing: Read<void> = ({ body }) => {
  const isEmpty = body.length <= HEADROOM_BYTES
  return isEmpty || parseJson(body.subarray(HEADROOM_BYTES)) !== undefined
    ? { kind: 'ok', value: undefined }
    : wrongShape(body, 'no JSON')
}

function wrongShape(body: Buffer, odd = ''): SlsResult<never> {
  const message = `an answer of the wrong shape: ${excerpt(body.subarray(HEADROOM_BYTES))} (${odd})`
  return { kind: 'failed', failure: failureOf(BAD_RESPONSE, 200, message) }
}

/** `{errorCode, errorMessage}` as Log Service writes it, `{Error: {Code, Message}}` as its gateway does, or neither. */
function readFailure(status: number, headers: HttpHeaders, body: Buffer): SlsFailure {
  const requestId = isText(headers['x-log-requestid']) ? headers['x-log-requestid'] : undefined
  const json = parseJson(body)
  const own = isRecord(json) ? json : {}
  const gateway = isRecord(own.Error) ? own.Error : {}
  const ways = [
    { code: own.errorCode, message: own.errorMessage },
    { code: gateway.Code, message: gateway.Message },
  ]
  for (const { code, message } of ways)
    if (isCode(code)) return failureOf(code, status, shortened(message), requestId)
  return failureOf(BAD_RESPONSE, status, `the answer is not Log Service's: ${excerpt(body)}`, requestId)
}

/** Codes and messages stand in every status: a server may not fill our memory with them. */
const MAX_CODE_LENGTH = 100
const MAX_MESSAGE_LENGTH = 1_000

function isCode(value: unknown): value is string {
  return isText(value) && value.length <= MAX_CODE_LENGTH
}

/** What is no text says nothing: `String` throws for an object that brings its own `toString`. */
function shortened(message: unknown): string {
  return typeof message === 'string' ? message.slice(0, MAX_MESSAGE_LENGTH) : ''
}
