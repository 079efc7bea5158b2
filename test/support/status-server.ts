/** The HTTP endpoint of a service, whose status a test decides. */

import type { HttpConfig } from '../../src/config/types.ts'
import type { StatusDocument } from '../../src/status/document.ts'
import { startHttp } from '../../src/supervisor/http/server.ts'
import { createMetrics } from '../../src/supervisor/metrics/metrics.ts'
import { createBoard } from '../../src/supervisor/state/board.ts'
import type { AtEnd } from './at-end.ts'

export interface StatusServer {
  readonly url: string
  /** What is told from now on. */
  show(document: StatusDocument): void
  /** How often the document has been asked for. */
  asked(): number
  /** Every warning so far. */
  readonly warnings: readonly string[]
  close(): Promise<void>
}

export async function serveStatus(
  document: StatusDocument,
  atEnd: AtEnd,
  config: Partial<HttpConfig> = {},
): Promise<StatusServer> {
  let shown = document
  let asked = 0
  const warnings: string[] = []
  const { url, close } = await startHttp(
    { host: '127.0.0.1', port: 0, ...config },
    {
      metrics: createMetrics(createBoard(), document.version),
      readiness: () => ({ ready: true, reasons: [] }),
      status: () => {
        asked++
        return shown
      },
      redact: text => text,
      log: { warn: message => void warnings.push(message) },
    },
  )
  atEnd(close)
  return {
    url,
    show(next) {
      shown = next
    },
    asked: () => asked,
    warnings,
    close,
  }
}
