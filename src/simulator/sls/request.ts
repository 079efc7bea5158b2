import type { IncomingMessage } from 'node:http'

/** An HTTP request, read whole. */
export interface SlsRequest {
  readonly method: string
  /** As sent, without the query. */
  readonly path: string
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** First label of the Host header. */
  readonly project: string
  readonly clientIp: string
}

export async function readRequest(message: IncomingMessage): Promise<SlsRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const [path = '/', search = ''] = splitOnce(message.url ?? '/', '?')
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  )
  return {
    method: message.method ?? 'GET',
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers,
    body: Buffer.concat(chunks),
    project: projectOfHost(headers.host ?? ''),
    clientIp: message.socket.remoteAddress ?? '',
  }
}

/** `my-project.127.0.0.1:8080`, `my-project.localhost` and `my-project` all mean my-project. */
export function projectOfHost(host: string): string {
  return host.replace(/:\d+$/, '').split('.')[0] ?? ''
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
