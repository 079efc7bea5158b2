/** Everything that HEC, or something in its place, may answer to events: each is a row of the table of HEC's codes. */

import type { Fault } from '../../src/simulator/hec/faults.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { hec, html, moreStored, strikeEvents } from './support/splunk.ts'

/**
 * One after the other, each to one request; in between events get through. Of a single shard, so that they are events of
 * the same page: two refusals in a row could let a half of it overtake the other.
 */
function answered(fault: string, answers: readonly Fault[]): Scenario {
  return {
    fault,
    cases: answers.length,
    world: { shards: 1 },
    services: [{ consumers: 1 }],
    async strike({ far }) {
      for (const answer of answers) {
        await strikeEvents(far.hec, answer, 1)
        await moreStored(far)
      }
      return byItself
    },
  }
}

const text = (status: number, body: string): Fault => ({ kind: 'reply', status, body })
const location = { location: 'https://elsewhere.example/services/collector/event' }

scenarios('Splunk', () => [
  answered('HEC, or what stands before it, fails or is busy', [
    hec(500, 8),
    hec(503, 9),
    hec(503, 9, 0),
    hec(503, 9, 1),
    hec(503, 18),
    hec(503, 19),
    hec(503, 20),
    hec(503, 23),
    hec(429, 26),
    hec(429, 27),
    hec(500, 99),
    hec(503, 6, 1),
    hec(503, 0),
    html(408),
    html(429),
    html(500),
    html(502),
    html(503),
    html(504),
    html(599),
    text(429, ''),
    text(503, ''),
  ]),
  answered('HEC is not there for a moment', [
    hec(404, 404),
    hec(405, 404),
    html(404),
    html(405),
    text(404, ''),
  ]),
  answered('HEC refuses the token or the channel', [
    hec(403, 1),
    hec(401, 2),
    hec(401, 3),
    hec(403, 4),
    hec(400, 10),
    hec(400, 11),
    hec(400, 14),
    hec(400, 16),
    hec(400, 21),
    hec(400, 22),
    hec(400, 28),
  ]),
  answered("a success that is not HEC's", [
    html(200),
    text(200, ''),
    text(204, ''),
    text(200, '{"code":0}'),
    text(200, '{"text":"Success","code":"0"}'),
    text(200, '{"text":"Success","code":0'),
    hec(200, 17),
    hec(200, 403),
    hec(202, 99),
    text(200, 'x'.repeat(1024 * 1024)),
  ]),
  answered('a redirect, or a refusal by something on the way', [
    html(301, location),
    html(302, location),
    html(303, location),
    html(307, location),
    html(308, location),
    hec(302, 0),
    html(401),
    html(403),
    html(407),
    html(418),
  ]),
  answered('a request is refused without saying which event of it', [
    hec(400, 5),
    hec(400, 6),
    hec(400, 6, 1_000_000),
    hec(400, 7),
    hec(400, 7, 0),
    hec(400, 12),
    hec(400, 13),
    hec(400, 15),
    hec(400, 99),
    html(400),
    html(413),
    html(415),
  ]),
])
