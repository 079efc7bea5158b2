/** Watches a service's status as a page does. */

import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AtEnd } from './at-end.ts'

export type StatusWatcher = Awaited<ReturnType<typeof watchStatus>>

/** Watches until the end of the test; answers with what has come so far. */
export async function watchStatus({ url }: { readonly url: string }, atEnd: AtEnd) {
  const asked = get(`${url}/api/events`, { agent: false })
  atEnd(() => void asked.destroy())
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  if (!answer) throw new Error('no answer')
  let text = ''
  let ended = false
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  answer
    .on('error', () => {})
    .once('close', () => {
      ended = true
    })
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    text: () => text,
    messages: () => text.split('\n\n').flatMap(part => (part.startsWith('data: ') ? [part.slice(6)] : [])),
    ended: () => ended,
    leave: () => asked.destroy(),
  }
}
