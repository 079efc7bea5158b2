import { describe, expect, it } from 'vitest'
import { jsonAs, readAnswer } from '../../../src/sls/answer.ts'
import { HEADROOM_BYTES } from '../../../src/sls/page.ts'
import { SHARDS } from '../../../src/sls/shapes.ts'

const read = (status: number, json: string) =>
  readAnswer(
    status,
    { headers: {}, body: Buffer.concat([Buffer.alloc(HEADROOM_BYTES), Buffer.from(json)]) },
    jsonAs(SHARDS),
  )

describe('a 200', () => {
  it('of the wrong shape says what is odd', () => {
    const row =
      '{"shardID":0,"status":"readwrite","inclusiveBeginKey":"0","exclusiveEndKey":"f","createTime":"soon"}'
    expect(read(200, `[${row}]`)).toMatchObject({
      failure: {
        action: 'retry',
        code: 'BadResponse',
        message: expect.stringMatching(/\(\[0\]\.createTime is "soon", not a number\)$/),
      },
    })
  })

  it.each(['', '<html>', '[', 'undefined'])('that is no JSON says so: %s', text => {
    expect(read(200, text)).toMatchObject({
      failure: { code: 'BadResponse', message: expect.stringMatching(/\(no JSON\)$/) },
    })
  })
})

const LONG = 'x'.repeat(1_000_000)
const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

describe('a refusal', () => {
  it.each([
    ['{"errorCode":"ServerBusy","errorMessage":"busy"}', 'ServerBusy', 'busy'],
    ['{"Error":{"Code":"ServerBusy","Message":"busy"}}', 'ServerBusy', 'busy'],
    ['{"errorCode":"ServerBusy"}', 'ServerBusy', ''],
    ['{"errorCode":"ServerBusy","errorMessage":null}', 'ServerBusy', ''],
    // `String` would throw for it.
    ['{"errorCode":"ServerBusy","errorMessage":{"toString":1,"valueOf":1}}', 'ServerBusy', ''],
    [`{"errorCode":"ServerBusy","errorMessage":${DEEP}}`, 'ServerBusy', ''],
    [`{"errorCode":"ServerBusy","errorMessage":"${LONG}"}`, 'ServerBusy', 'x'.repeat(1_000)],
  ])('has its code and what of its message is text: %#', (json, code, message) => {
    expect(read(500, json)).toMatchObject({ failure: { code, status: 500, message } })
  })

  it.each([
    '{"errorCode":7}',
    '{"errorCode":""}',
    `{"errorCode":"${LONG}"}`,
    '{"Error":{"Code":["ServerBusy"]}}',
    '{"Error":"ServerBusy"}',
    'null',
    '[]',
    '<html>',
  ])("without a code is not Log Service's: %#", json => {
    expect(read(500, json)).toMatchObject({ failure: { code: 'BadResponse', status: 500 } })
  })
})
