/** Where docs/runbook.md treats a matter. */

/** What Log Service or the way to it can say, as far as there is a section of its own. */
const OF_LOG_SERVICE: ReadonlySet<string> = new Set([
  'sls-corrupt-page',
  'sls-BadResponse',
  'sls-NoCredentials',
  'sls-Unauthorized',
  'sls-InvalidAccessKeyId',
  'sls-SignatureNotMatch',
  'sls-SecurityTokenExpired',
  'sls-RequestTimeExpired',
  'sls-RequestTimeTooSkewed',
  'sls-ProjectNotExist',
  'sls-ProjectNotExists',
  'sls-LogStoreNotExist',
  'sls-LogStoreWithoutShard',
  'sls-ProjectForbidden',
  'sls-ConsumerGroupQuotaExceed',
  'sls-ConsumerGroupNotExist',
  'sls-ConsumerGroupAlreadyExist',
  'sls-NotExistConsumerWithBody',
  'sls-ConsumerNotExist',
  'sls-ConsumerNotMatch',
  'sls-InvalidCursor',
  'sls-ShardNotExist',
  'sls-InvalidShardCheckPoint',
  'sls-ReadQuotaExceed',
  'sls-ShardReadQuotaExceed',
  'sls-WriteQuotaExceed',
  'sls-ShardWriteQuotaExceed',
  'sls-MetaOperationQpsLimitExceeded',
  'sls-InternalServerError',
  'sls-RequestTimeout',
  'sls-ServerBusy',
  'sls-ENOTFOUND',
  'sls-EAI_AGAIN',
  'sls-ECONNREFUSED',
  'sls-ECONNRESET',
  'sls-ETIMEDOUT',
  'sls-EHOSTUNREACH',
  'sls-ENETUNREACH',
  'sls-EPROTO',
  'sls-ANSWER_TOO_LARGE',
  'sls-EARLY_SUCCESS',
  'sls-CERT_HAS_EXPIRED',
  'sls-SELF_SIGNED_CERT_IN_CHAIN',
  'sls-DEPTH_ZERO_SELF_SIGNED_CERT',
  'sls-UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'sls-UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'sls-ERR_TLS_CERT_ALTNAME_INVALID',
])

/** An address below docs/, with the anchor that the heading has. */
export function runbookOf(code: string): string {
  const section = code.startsWith('sls-') && !OF_LOG_SERVICE.has(code) ? 'sls-other' : code
  return `runbook.md#${section.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '')}`
}
