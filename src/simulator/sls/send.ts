import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from './faults.ts'
import type { Reply } from './reply.ts'

/** Puts an outcome on the wire. */
export async function send(response: ServerResponse, outcome: Outcome): Promise<void> {
  if (outcome.kind === 'hang') return
  if (outcome.kind === 'reset') {
    response.destroy()
    return
  }
  if (outcome.kind === 'slow') await sendSlowly(response, outcome)
  else if (outcome.kind === 'truncated') sendTruncated(response, outcome.reply)
  else writeHead(response, outcome.reply).end(outcome.reply.body)
}

function writeHead(response: ServerResponse, { status, headers, body }: Reply): ServerResponse {
  return response.writeHead(status, { ...headers, 'Content-Length': body.length })
}

/** Half of what the header announces, then nothing any more. */
function sendTruncated(response: ServerResponse, reply: Reply): void {
  const half = reply.body.subarray(0, reply.body.length >> 1)
  writeHead(response, reply).write(half, () => response.destroy())
}

const PIECES_PER_SECOND = 10

/** Ends early when the client goes away. */
async function sendSlowly(
  response: ServerResponse,
  { reply, delayMs, bytesPerSecond }: Extract<Outcome, { kind: 'slow' }>,
): Promise<void> {
  await sleep(delayMs, undefined, { ref: false })
  writeHead(response, reply).flushHeaders()
  const pieceBytes = Math.max(1, Math.floor(Math.min(bytesPerSecond / PIECES_PER_SECOND, reply.body.length)))
  for (let at = 0; at < reply.body.length && !response.destroyed; at += pieceBytes) {
    response.write(reply.body.subarray(at, at + pieceBytes))
    if (at + pieceBytes < reply.body.length) await sleep(1_000 / PIECES_PER_SECOND, undefined, { ref: false })
  }
  response.end()
}
