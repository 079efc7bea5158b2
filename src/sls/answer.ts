/** An answer of Log Service: the body of a 200, or what went wrong in its own words. */

import { excerpt, isRecord, isText, parseJson } from '../base/json.ts'
import type { HttpHeaders } from '../http/client.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'

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
export function jsonAs<T>(isRight: (json: unknown) => json is T): Read<T> {
  return ({ body }) => {
    const json = parseJson(body.subarray(HEADROOM_BYTES))
    return isRight(json) ? { kind: 'ok', value: json } : wrongShape(body)
  }
}

/** Of calls that have nothing to say: an empty body, or JSON. A page of HTML is somebody else's answer. */
export const nothing: Read<void> = ({ body }) => {
  const isEmpty = body.length <= HEADROOM_BYTES
  return isEmpty || parseJson(body.subarray(HEADROOM_BYTES)) !== undefined
    ? { kind: 'ok', value: undefined }
    : wrongShape(body)
}

function wrongShape(body: Buffer): SlsResult<never> {
  const message = `an answer of the wrong shape: ${excerpt(body.subarray(HEADROOM_BYTES))}`
  return { kind: 'failed', failure: failureOf(BAD_RESPONSE, 200, message) }
}

/** `{errorCode, errorMessage}` as Log Service writes it, `{Error: {Code, Message}}` as its gateway does, or neither. */
function readFailure(status: number, headers: HttpHeaders, body: Buffer): SlsFailure {
  const requestId = isText(headers['x-log-requestid']) ? headers['x-log-requestid'] : undefined
  const json = parseJson(body)
  if (isRecord(json) && isText(json.errorCode)) {
    return failureOf(json.errorCode, status, String(json.errorMessage ?? ''), requestId)
  }
  if (isRecord(json) && isRecord(json.Error) && isText(json.Error.Code)) {
    return failureOf(json.Error.Code, status, String(json.Error.Message ?? ''), requestId)
  }
  return failureOf(BAD_RESPONSE, status, `the answer is not Log Service's: ${excerpt(body)}`, requestId)
}
