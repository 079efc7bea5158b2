/** The reasons of `answers.ts` in words: what is wrong and what a person can do. */

import type { Reason } from './answers.ts'

interface Words {
  readonly text: string
  readonly remedy: string
}

const WORDS: Readonly<Record<Reason, Words>> = {
  unreachable: {
    text: 'Splunk cannot be reached',
    remedy: 'check splunk.url, the firewall, and that the HTTP Event Collector is enabled',
  },
  timeout: {
    text: 'Splunk does not answer in time',
    remedy: "check the indexers' load, or raise splunk.timeout",
  },
  'answered-early': {
    text: 'a success was answered before the request was sent, so it is no delivery; the events are sent again',
    remedy: 'look for a proxy or load balancer that answers in place of Splunk without reading the request',
  },
  certificate: {
    text: "Splunk's certificate is not trusted",
    remedy: 'set splunk.tls.ca_file to the authority that signed it, or mend the certificate',
  },
  'handshake-refused': {
    text: 'the TLS handshake with Splunk fails',
    remedy:
      'check whether splunk.url has to say http or https; if Splunk asks for a client certificate, set splunk.tls.cert_file and key_file',
  },
  busy: {
    text: 'Splunk is busy: its queues are full',
    remedy: 'nothing if it passes; else add indexers or look at their queues',
  },
  'server-error': {
    text: 'Splunk or a proxy in front of it fails',
    remedy: 'look at splunkd.log and at the load balancer',
  },
  'shutting-down': { text: 'Splunk is shutting down', remedy: 'nothing: sending goes on when it is back' },
  'not-found': {
    text: 'there is no HTTP Event Collector at this URL',
    remedy: 'check splunk.url; while Splunk restarts this passes',
  },
  'token-refused': {
    text: 'Splunk refuses the HEC token',
    remedy:
      'check splunk.token (token_file is read again at every try) and that the token exists on every indexer',
  },
  'token-disabled': { text: 'the HEC token is disabled', remedy: 'enable the token in Splunk' },
  'channel-refused': {
    text: 'Splunk refuses the request channel',
    remedy: 'look for a proxy that drops or changes the header X-Splunk-Request-Channel',
  },
  'acknowledgement-missing': {
    text: 'the HEC token does not offer the acknowledgement that splunk.acknowledgement asks for',
    remedy: 'switch indexer acknowledgement on for the token, or set splunk.acknowledgement to false',
  },
  'acknowledgement-late': {
    text: 'Splunk has not acknowledged events in time; they are sent again',
    remedy:
      'nothing if it passes (an indexer was restarted); else let a load balancer stick to one indexer by cookie, or raise splunk.acknowledgement_timeout',
  },
  'index-refused': {
    text: 'Splunk refuses the index of an event',
    remedy: "create the index, add it to the token's allowed indexes, or change splunk.index or the route",
  },
  'event-refused': {
    text: 'Splunk refuses an event as malformed or too large',
    remedy: "raise maxEventSize in Splunk's inputs.conf, or drop such logs with a route",
  },
  'too-large': {
    text: 'Splunk or a proxy refuses the size of the request',
    remedy: 'lower splunk.batch_bytes, or raise max_content_length',
  },
  'encoding-refused': {
    text: 'Splunk or a proxy refuses the compression; events are sent uncompressed',
    remedy: 'nothing; set splunk.compression to none to save a request each time',
  },
  'not-hec': {
    text: "the answer is not the HTTP Event Collector's",
    remedy: 'check splunk.url: a proxy or portal answers instead of Splunk',
  },
  redirect: {
    text: 'the answer is a redirect, which is never followed (the token would go along)',
    remedy: 'set splunk.url to where it leads, if that is Splunk',
  },
}

/** Words for a reason; `detail` is what was answered. Both may be empty. */
export function describe(reason: Reason, endpoint: string, detail: string): Words {
  const { text, remedy } = WORDS[reason]
  const where = [endpoint, detail].filter(part => part !== '').join(': ')
  return { text: where === '' ? text : `${text} (${where})`, remedy }
}
