import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { signV1, signV4, type V1Method } from '../../src/sls/signature.ts'

export interface SlsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown
}

export interface SlsRequestOptions {
  readonly method?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly host?: string
}

export type Signing =
  | { readonly version: 'none' }
  | { readonly version: 'v1'; readonly method: V1Method; readonly nowMs: number }
  | { readonly version: 'v4'; readonly region: string; readonly nowMs: number }

export const testKey = { id: 'testAccessKeyId', secret: 'testAccessKeySecret' }

export type SlsClient = (path: string, options?: SlsRequestOptions) => Promise<SlsAnswer>

/** A plain client of the service, with signatures of any version, made for the simulator's tests. */
export function createClient(url: string, signing: Signing = { version: 'none' }, key = testKey): SlsClient {
  return (path, { method = 'GET', query = {}, body = '', headers = {}, host = 'test-project' } = {}) => {
    const bytes = Buffer.from(body)
    const plain = {
      host,
      'x-log-apiversion': '0.6.0',
      'x-log-bodyrawsize': String(bytes.length),
      ...(bytes.length > 0 ? { 'content-md5': md5(bytes), 'content-type': 'application/json' } : {}),
      ...dateHeaders(signing, bytes),
      ...headers,
    }
    const signed = { ...plain, ...authorization({ method, path, query, headers: plain }, signing, key) }
    const search = new URLSearchParams(query).toString()
    return exchange(`${url}${path}${search ? `?${search}` : ''}`, method, signed, bytes)
  }
}

function dateHeaders(signing: Signing, body: Buffer): Record<string, string> {
  if (signing.version === 'none') return {}
  const now = new Date(signing.nowMs)
  if (signing.version === 'v1') return { date: now.toUTCString(), 'x-log-signaturemethod': signing.method }
  return {
    'x-log-date': now.toISOString().replace(/[-:]|\.\d+/g, ''),
    'x-log-content-sha256': createHash('sha256').update(body).digest('hex'),
  }
}

function authorization(
  request: Parameters<typeof signV1>[0],
  signing: Signing,
  key: typeof testKey,
): Record<string, string> {
  if (signing.version === 'none') return {}
  return {
    authorization:
      signing.version === 'v1' ? signV1(request, key, signing.method) : signV4(request, key, signing.region),
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase()
}

async function exchange(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: Buffer,
): Promise<SlsAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SlsAnswer>()
  const request = httpRequest(url, { method, headers, agent: false }, response => {
    const chunks: Buffer[] = []
    response.on('data', chunk => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(flat),
        body: bytes,
        json: parse(bytes),
      })
    })
  })
  request.on('error', reject)
  request.end(body)
  return promise
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
