/** The page's files and the documents it links to: read once, when the service starts. */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'

export interface StaticFile {
  /** Where it is served: `/`, `/page/main.js`, `/docs/operation.md`. */
  readonly path: string
  readonly contentType: string
  readonly etag: string
  readonly body: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  // A browser shows it instead of storing it.
  '.md': 'text/plain; charset=utf-8',
}

/** Of a package from which somebody has left the documents out, the page alone. */
export function readStaticFiles(): StaticFile[] {
  const page = readFolder(new URL('../../status/page/', import.meta.url), '/page/', [
    '.html',
    '.css',
    '.js',
    '.svg',
  ])
  const docs = readFolder(new URL('../../../docs/', import.meta.url), '/docs/', ['.md'])
  const index = page.filter(file => file.path === '/page/index.html').map(file => ({ ...file, path: '/' }))
  return [...index, ...page, ...docs]
}

function readFolder(folder: URL, path: string, extensions: readonly string[]): StaticFile[] {
  const names = filesIn(folder).filter(name => extensions.includes(extname(name)))
  return names.map(name => {
    const body = readFileSync(new URL(name, folder))
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    return { path: path + name, contentType: TYPES[extname(name)] ?? 'application/octet-stream', etag, body }
  })
}

function filesIn(folder: URL): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
