/** Whether something that is wrong heals by itself, or waits for a person. */

const PASSING_AT_SPLUNK: ReadonlySet<string> = new Set([
  'splunk-unreachable',
  'splunk-timeout',
  'splunk-answered-early',
  'splunk-busy',
  'splunk-server-error',
  'splunk-shutting-down',
  'splunk-not-found',
  'splunk-encoding-refused',
  'splunk-acknowledgement-late',
])

/** Of workers that come up, or back, by themselves. */
const PASSING_HERE: ReadonlySet<string> = new Set(['consumer-down', 'not-joined', 'no-contact', 'behind'])

/** Codes of its own; the network's, Node's, and those that nobody has documented pass as well. */
const LASTING_AT_LOG_SERVICE: ReadonlySet<string> = new Set([
  'NoCredentials',
  'Unauthorized',
  'InvalidAccessKeyId',
  'SecurityTokenExpired',
  'SecurityToken.Expired',
  'SignatureNotMatch',
  'ProjectNotExist',
  'ProjectNotExists',
  'LogStoreNotExist',
  'LogStoreWithoutShard',
  'ProjectForbidden',
  'ConsumerGroupQuotaExceed',
  'ParameterInvalid',
  'corrupt-page',
])

/** `code` as conditions and readiness name it. */
export function needsPerson(code: string): boolean {
  if (code.startsWith('sls-')) return LASTING_AT_LOG_SERVICE.has(code.slice('sls-'.length))
  return !PASSING_AT_SPLUNK.has(code) && !PASSING_HERE.has(code)
}

/** Its shards have been read and cannot be delivered until a person has mended something. */
export function isHold(code: string): boolean {
  return needsPerson(code) && (code.startsWith('splunk-') || code.startsWith('dead-letters-'))
}
