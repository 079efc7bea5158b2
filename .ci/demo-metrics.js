// node .ci/demo-metrics.js PROGRAM: runs the demonstration, scrapes it under way, and has promtool judge the metrics.
// Exit 77 where promtool is missing: the demonstration went well, the metrics are unjudged.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const SKIPPED = 77
const [program] = process.argv.slice(2)
const demo = spawn(process.execPath, [program, 'demo', '--seconds', '12', '--kill-worker'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(demo, 'exit')
let url = ''
let tables = 0
let metrics = ''
for await (const line of createInterface({ input: demo.stdout })) {
  console.log(line)
  url ||= /\bmetrics: (\S+)/.exec(line)?.[1] ?? ''
  // The first table is drawn before anything has happened.
  if (line.startsWith('produced') && ++tables === 2) metrics = await scrape(url)
}
const [status] = await ended
process.exitCode = status === 0 && metrics !== '' ? judge(metrics) : 1

async function scrape(url) {
  const response = await fetch(url)
  return response.ok ? response.text() : ''
}

function judge(text) {
  const { error, status } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  if (error) console.log('promtool is missing (Debian package prometheus): the metrics are unjudged')
  else console.log(`promtool check metrics: ${text.split('\n').length} lines, exit ${status}`)
  return error ? SKIPPED : status
}
