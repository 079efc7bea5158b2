/** A request that is refused: the error code as the service spells it, and what a person reads. */
export interface Refusal {
  readonly refused: string
  readonly message: string
  /** Where one call answers with another status than the rest. */
  readonly status?: number
}

export function refuse(code: string, message: string): Refusal {
  return { refused: code, message }
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value
}

/** HTTP status of every error code. A code that is not listed is a 400. */
const statusOfCode: Readonly<Record<string, number>> = {
  SignatureNotMatch: 401,
  Unauthorized: 401,
  InvalidAccessKeyId: 401,
  SecurityTokenExpired: 401,
  'SecurityToken.Expired': 401,
  ProjectForbidden: 403,
  ReadQuotaExceed: 403,
  ShardReadQuotaExceed: 403,
  WriteQuotaExceed: 403,
  ShardWriteQuotaExceed: 403,
  MetaOperationQpsLimitExceeded: 403,
  ConsumerGroupQuotaExceed: 403,
  ProjectNotExist: 404,
  LogStoreNotExist: 404,
  ConsumerGroupNotExist: 404,
  ConsumerNotExist: 404,
  InvalidMethod: 405,
  MissingContentLength: 411,
  PostBodyTooLarge: 413,
  InvalidContentType: 415,
  InternalServerError: 500,
  RequestTimeout: 500,
  ServerBusy: 503,
}

/** `overrides` are for the codes whose status nobody has measured. */
export function statusOf({ refused, status }: Refusal, overrides: Readonly<Record<string, number>>): number {
  return overrides[refused] ?? status ?? statusOfCode[refused] ?? 400
}

/** For callers in process, to whom a refusal means a mistake of theirs. Throws. */
export function must<Value extends object>(found: Value | Refusal): Value {
  if (isRefusal(found)) throw new Error(`${found.refused}: ${found.message}`)
  return found
}
