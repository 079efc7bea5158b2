/** Why Splunk did not take a request: one row for each reason, with all that people and the supervisor are told of it. */

interface Entry {
  /** What is wrong. */
  readonly text: string
  /** What a person can do. */
  readonly remedy: string
  /** False when a person has to fix something first; until then the events wait. */
  readonly healsByItself: boolean
  /** Anchor of the section in docs/runbook.md. */
  readonly runbook: string
}

/** By the name that metrics, logs and the status page show, behind `splunk-` where other far ends are named too. */
export const REASONS = {
  unreachable: {
    text: 'Splunk cannot be reached',
    remedy: 'check splunk.url, the firewall, and that the HTTP Event Collector is enabled',
    healsByItself: true,
    runbook: 'splunk-unreachable',
  },
  timeout: {
    text: 'Splunk does not answer in time',
    remedy: "check the indexers' load, or raise splunk.timeout",
    healsByItself: true,
    runbook: 'splunk-timeout',
  },
  'answered-early': {
    text: 'a success was answered before the request was sent, so it is no delivery; the events are sent again',
    remedy: 'look for a proxy or load balancer that answers in place of Splunk without reading the request',
    healsByItself: true,
    runbook: 'splunk-answered-early',
  },
  certificate: {
    text: "Splunk's certificate is not trusted",
    remedy: 'set splunk.tls.ca_file to the authority that signed it, or fix the certificate',
    healsByItself: false,
    runbook: 'splunk-certificate',
  },
  'handshake-refused': {
    text: 'the TLS handshake with Splunk fails',
    remedy:
      'check whether splunk.url has to say http or https; if Splunk asks for a client certificate, set splunk.tls.cert_file and key_file',
    healsByItself: false,
    runbook: 'splunk-handshake-refused',
  },
  busy: {
    text: 'Splunk is busy: its queues are full',
    remedy: 'nothing if it passes; else add indexers or look at their queues',
    healsByItself: true,
    runbook: 'splunk-busy',
  },
  'server-error': {
    text: 'Splunk or a proxy in front of it fails',
    remedy: 'look at splunkd.log and at the load balancer',
    healsByItself: true,
    runbook: 'splunk-server-error',
  },
  'shutting-down': {
    text: 'Splunk is shutting down',
    remedy: 'nothing: sending goes on when it is back',
    healsByItself: true,
    runbook: 'splunk-shutting-down',
  },
  'not-found': {
    text: 'there is no HTTP Event Collector at this URL',
    remedy: 'check splunk.url; while Splunk restarts this passes',
    healsByItself: true,
    runbook: 'splunk-not-found',
  },
  'token-refused': {
    text: 'Splunk refuses the HEC token',
    remedy:
      'check splunk.token (token_file is read again at every try) and that the token exists on every indexer',
    healsByItself: false,
    runbook: 'splunk-token-refused',
  },
  'token-disabled': {
    text: 'the HEC token is disabled',
    remedy: 'enable the token in Splunk',
    healsByItself: false,
    runbook: 'splunk-token-disabled',
  },
  'channel-refused': {
    text: 'Splunk refuses the request channel',
    remedy: 'look for a proxy that drops or changes the header X-Splunk-Request-Channel',
    healsByItself: false,
    runbook: 'splunk-channel-refused',
  },
  'acknowledgement-missing': {
    text: 'the HEC token does not offer the acknowledgement that splunk.acknowledgement asks for',
    remedy: 'switch indexer acknowledgement on for the token, or set splunk.acknowledgement to false',
    healsByItself: false,
    runbook: 'splunk-acknowledgement-missing',
  },
  'acknowledgement-late': {
    text: 'Splunk has not acknowledged events in time; they are sent again',
    remedy:
      'nothing if it passes (an indexer was restarted); else let a load balancer stick to one indexer by cookie, or raise splunk.acknowledgement_timeout',
    healsByItself: true,
    runbook: 'splunk-acknowledgement-late',
  },
  'index-refused': {
    text: 'Splunk refuses the index of an event',
    remedy: "create the index, add it to the token's allowed indexes, or change splunk.index or the route",
    healsByItself: false,
    runbook: 'splunk-index-refused',
  },
  'event-refused': {
    text: 'Splunk refuses an event as malformed or too large',
    remedy: "raise maxEventSize in Splunk's inputs.conf, or drop such logs with a route",
    healsByItself: false,
    runbook: 'splunk-event-refused',
  },
  'too-large': {
    text: 'Splunk or a proxy refuses the size of the request',
    remedy: 'lower splunk.batch_bytes, or raise max_content_length',
    healsByItself: false,
    runbook: 'splunk-too-large',
  },
  'encoding-refused': {
    text: 'Splunk or a proxy refuses the compression; events are sent uncompressed',
    remedy: 'nothing; set splunk.compression to none to save a request each time',
    healsByItself: true,
    runbook: 'splunk-encoding-refused',
  },
  'not-hec': {
    text: "the answer is not the HTTP Event Collector's",
    remedy: 'check splunk.url: a proxy or portal answers instead of Splunk',
    healsByItself: false,
    runbook: 'splunk-not-hec',
  },
  redirect: {
    text: 'the answer is a redirect, which is never followed (the token would go along)',
    remedy: 'set splunk.url to where it leads, if that is Splunk',
    healsByItself: false,
    runbook: 'splunk-redirect',
  },
} as const satisfies Readonly<Record<string, Entry>>

export type Reason = keyof typeof REASONS

/** Returns what is wrong and what to do. `detail` is what was answered; it and `endpoint` may be empty. */
export function describe(reason: Reason, endpoint: string, detail: string): Pick<Entry, 'text' | 'remedy'> {
  const { text, remedy } = REASONS[reason]
  const where = [endpoint, detail].filter(part => part !== '').join(': ')
  return { text: where === '' ? text : `${text} (${where})`, remedy }
}
