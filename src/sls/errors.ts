/**
 * What Log Service's error codes mean for a consumer. One table decides; the HTTP status counts only for codes that
 * are not in it. Sources: the official error pages and the official SDKs; the spelling is the servers'.
 */

/** What whoever made the call should do about its failure. */
export type SlsAction =
  /** Passing trouble: the network, a 5xx. Again with back-off. */
  | 'retry'
  /** A read or request quota is used up. Again with back-off, position kept. */
  | 'throttled'
  /** The clock is off: sign again with the server's time. */
  | 'clock'
  /** The key or token was refused: ask the provider for new ones once, then try slowly and say so. */
  | 'credentials'
  /** Somebody has to mend something on the server or in the file: try slowly and say so. */
  | 'setup'
  /** The cursor is not valid here. */
  | 'cursor'
  /** The shard does not exist any more. */
  | 'shard-gone'
  /** The consumer group was deleted. */
  | 'group-gone'
  /** The server has forgotten this consumer: give up all shards and register again. */
  | 'unregistered'
  /** Somebody else holds the shard. */
  | 'not-owner'
  /** Our own mistake, or a server that speaks another protocol: try slowly and say so. */
  | 'protocol'

export interface SlsFailure {
  readonly action: SlsAction
  /** Log Service's code, or Node's for network trouble, or `BAD_RESPONSE`. */
  readonly code: string
  /** 0 when there was no answer. */
  readonly status: number
  readonly message: string
  readonly requestId?: string
}

export type SlsResult<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: SlsFailure }

const ACTIONS: Readonly<Record<string, SlsAction>> = {
  InternalServerError: 'retry',
  RequestTimeout: 'retry',
  ServerBusy: 'retry',

  ReadQuotaExceed: 'throttled',
  ShardReadQuotaExceed: 'throttled',
  WriteQuotaExceed: 'throttled',
  ShardWriteQuotaExceed: 'throttled',
  MetaOperationQpsLimitExceeded: 'throttled',

  RequestTimeExpired: 'clock',
  RequestTimeTooSkewed: 'clock',

  Unauthorized: 'credentials',
  InvalidAccessKeyId: 'credentials',
  SecurityTokenExpired: 'credentials',
  'SecurityToken.Expired': 'credentials',

  SignatureNotMatch: 'setup',
  ProjectNotExist: 'setup',
  ProjectNotExists: 'setup',
  LogStoreNotExist: 'setup',
  LogStoreWithoutShard: 'setup',
  ProjectForbidden: 'setup',
  ConsumerGroupQuotaExceed: 'setup',

  InvalidCursor: 'cursor',
  ShardNotExist: 'shard-gone',
  ConsumerGroupNotExist: 'group-gone',
  NotExistConsumerWithBody: 'unregistered',
  ConsumerNotExist: 'unregistered',
  ConsumerNotMatch: 'not-owner',

  InvalidRequestTime: 'protocol',
  MissingDate: 'protocol',
  InvalidDateFormat: 'protocol',
  MissingAPIVersion: 'protocol',
  InvalidAPIVersion: 'protocol',
  MissAccessKeyId: 'protocol',
  MissingSignatureMethod: 'protocol',
  InvalidSignatureMethod: 'protocol',
  MissingContentType: 'protocol',
  InvalidContentType: 'protocol',
  MissingContentLength: 'protocol',
  MissingBodyRawSize: 'protocol',
  InvalidBodyRawSize: 'protocol',
  InvalidCompressType: 'protocol',
  MissingHost: 'protocol',
  InvalidHost: 'protocol',
  InvalidMethod: 'protocol',
  PostBodyInvalid: 'protocol',
  PostBodyTooLarge: 'protocol',
  ParameterInvalid: 'protocol',
  JsonInfoInvalid: 'protocol',
  InvalidShardCheckPoint: 'protocol',
  ConsumerGroupAlreadyExist: 'protocol',
}

/** An answer that is not Log Service's: an HTML page, a 200 of the wrong shape, a body of the wrong length. */
export const BAD_RESPONSE = 'BadResponse'

/**
 * The code decides; for an unknown one the status does: no answer, a 5xx and what is not Log Service's pass, 401 is
 * about keys, 403 about a quota when its code says so and else about the account, the rest is ours.
 */
export function actionOf(code: string, status: number): SlsAction {
  const known = entryOf(ACTIONS, code)
  if (known) return known
  if (status === 429) return 'throttled'
  if (status === 401) return 'credentials'
  if (status === 0 || status >= 500 || code === BAD_RESPONSE) return 'retry'
  if (status === 403) return /quota|limit/i.test(code) ? 'throttled' : 'setup'
  return 'protocol'
}

/** Codes are what a server writes: `constructor` is none of ours. */
function entryOf<T>(table: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined
}

export function failureOf(code: string, status: number, message: string, requestId?: string): SlsFailure {
  return { action: actionOf(code, status), code, status, message, ...(requestId && { requestId }) }
}

const CA_FILE = 'set sls.tls.ca_file to the authority that signed the certificate'

const REMEDIES: Readonly<Record<string, string>> = {
  NoCredentials:
    'set sls.access_key_id and sls.access_key_secret, or give the credential chain a key to find',
  SignatureNotMatch: 'check sls.access_key_secret: it does not belong to this access_key_id',
  Unauthorized:
    'check the access key and the RAM policy: it needs log:GetCursorOrData, log:ListShards and the consumer group actions',
  InvalidAccessKeyId: 'check sls.access_key_id',
  SecurityTokenExpired: 'renew sls.security_token, or use credentials: default',
  'SecurityToken.Expired': 'renew sls.security_token, or use credentials: default',
  ProjectNotExist: 'check the project name and that sls.endpoint is of its region',
  LogStoreNotExist: 'check the logstore name',
  ProjectForbidden: 'the project is disabled: check the account in the console',
  ConsumerGroupQuotaExceed:
    'delete a consumer group of the logstore that nobody uses, or name an existing one',
  [BAD_RESPONSE]:
    'nothing if it passes; else check sls.endpoint and what stands between: something answers in its place',
  ENOTFOUND: 'check sls.endpoint and the DNS of this host',
  EAI_AGAIN: 'check the DNS of this host: its name server does not answer',
  ECONNREFUSED: 'check sls.endpoint, its port, and the firewall between',
  ETIMEDOUT: 'check the firewall and proxy between this host and sls.endpoint',
  EARLY_SUCCESS: 'look for a proxy that answers in place of Log Service without reading the request',
  CERT_HAS_EXPIRED: 'check the clock of this host and a proxy that opens TLS (sls.tls.ca_file)',
  SELF_SIGNED_CERT_IN_CHAIN: 'set sls.tls.ca_file to the certificate of the proxy that opens TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: CA_FILE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CA_FILE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CA_FILE,
  ERR_TLS_CERT_ALTNAME_INVALID: 'check sls.endpoint: the certificate there is for another host',
}

const REMEDY_OF_ACTION: Readonly<Record<SlsAction, string>> = {
  retry: 'nothing, unless it lasts: then check the network and the service status of Log Service',
  throttled: 'split the shard, or raise the read quota of the project',
  clock: 'synchronise the clock of this host',
  credentials: 'check the access key and its RAM policy',
  setup: 'check the project, the logstore and the account',
  cursor: 'the data at this position has expired or the checkpoint is of another shard',
  'shard-gone': 'nothing: the shard was split or merged and its data has expired',
  'group-gone': 'nothing: the consumer group is made again',
  unregistered: 'nothing: the consumer registers again',
  'not-owner': 'nothing: another consumer holds the shard',
  protocol: 'report it with the request id: the server does not take what this version sends',
}

/** What a person can do about a failure, as the end of a sentence. */
export function remedyOf({ code, action }: SlsFailure): string {
  return entryOf(REMEDIES, code) ?? REMEDY_OF_ACTION[action]
}

/** One line for logs: what was answered, by whom, under which request id. */
export function describeFailure({ code, status, message, requestId }: SlsFailure): string {
  const answer = status > 0 ? `${status} ${code}` : code
  return `${answer}: ${message}${requestId ? ` (request ${requestId})` : ''}`
}
