/** An answer of Log Service: the body of a 200, or what went wrong in its own words. */

import type { HttpHeaders } from '../http.ts'
import { excerpt, isRecord, isText, parseJson } from '../json.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'
import type { Answer } from './transport.ts'

export function readAnswer(status: number, headers: HttpHeaders, body: Buffer): SlsResult<Answer> {
  if (status === 200) return { kind: 'ok', value: { headers, body } }
  return { kind: 'failed', failure: readFailure(status, headers, body.subarray(HEADROOM_BYTES)) }
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
