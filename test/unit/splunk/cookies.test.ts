import { describe, expect, it } from 'vitest'
import { createCookies } from '../../../src/splunk/cookies.ts'

/** What is sent back after these `Set-Cookie` lines, one answer each, and how often a cookie has changed. */
function sentBack(...lines: (string | string[])[]) {
  const cookies = createCookies()
  for (const line of lines) cookies.take({ 'set-cookie': line })
  return [cookies.header().cookie, cookies.changes()]
}

describe('cookies of a load balancer', () => {
  it.each([
    [[], undefined, 0],
    [['LB=a'], 'LB=a', 0],
    [['LB=a; Path=/; HttpOnly', 'LB=a; Path=/'], 'LB=a', 0],
    [['LB=a', 'LB=b'], 'LB=b', 1],
    [['LB=a', 'LB=b', 'LB=a'], 'LB=a', 2],
    [[['AWSALB=x==; Path=/', 'AWSALBCORS=y']], 'AWSALB=x==; AWSALBCORS=y', 0],
    [[' LB = a '], undefined, 0],
    [[' LB= a '], 'LB=a', 0],
    [['LB='], 'LB=', 0],
    [['=a'], undefined, 0],
    [['nonsense'], undefined, 0],
    [['LB=a', 'LB=gone; Max-Age=0'], undefined, 1],
    [['LB=a', 'LB=gone; max-age=-1'], undefined, 1],
    [['LB=a', 'LB=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], undefined, 1],
    [['LB=a; Expires=Fri, 01 Jan 2100 00:00:00 GMT'], 'LB=a', 0],
    [['LB=a; Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'LB=a', 0],
    [['LB=gone; Max-Age=0'], undefined, 0],
    [['LB=a', 'LB=gone; Max-Age=0', 'LB=b'], 'LB=b', 1],
  ])('%j are sent back as %j, with %i changes', (lines, header, changes) => {
    expect(sentBack(...lines)).toEqual([header, changes])
  })

  it('are at most twenty: an endpoint with ever new names does not fill our memory', () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `c${i}=1`)
    expect(String(sentBack(names)[0]).split('; ')).toHaveLength(20)
    expect(sentBack(names, 'c3=2')[1]).toBe(1)
  })

  it('say nothing where an answer has none', () => {
    const cookies = createCookies()
    cookies.take({})
    expect(cookies.header()).toEqual({})
  })
})
