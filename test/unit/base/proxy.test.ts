import { describe, expect, test } from 'vitest'
import { environmentProxies } from '../../../src/base/proxy.ts'

const FORM = 'must be a URL as http://proxy.example.com:3128'
const ENCODING = 'in a user name or password write % as %25, @ as %40, : as %3A, / as %2F, # as %23'

describe('a proxy of the environment', () => {
  test.each([
    ['http://proxy:3128', 'http://proxy:3128/'],
    ['HTTP://proxy:3128', 'http://proxy:3128/'],
    ['https://me:p%40ss@proxy', 'https://me:p%40ss@proxy/'],
    ['proxy:3128', 'http://proxy:3128/'],
    ['me:p%25ss@proxy:3128', 'http://me:p%25ss@proxy:3128/'],
    ['http://proxy:3128/path', 'http://proxy:3128/path'],
    ['', ''],
  ])('%j is %s', (value, url) => {
    const { urls, leftOut } = environmentProxies({ HTTPS_PROXY: value })
    expect(urls).toEqual({ http_proxy: '', https_proxy: '', HTTP_PROXY: '', HTTPS_PROXY: url })
    expect(leftOut).toEqual([])
  })

  test.each([
    ['http://', FORM],
    ['not an address', FORM],
    ['socks5://proxy:1080', FORM],
    ['http://me:p#ss@proxy:3128', `${FORM}; ${ENCODING}`],
    ['http://me:p%ss@proxy:3128', `has a password whose percent-encoding is broken; ${ENCODING}`],
    ['me:p%ss@proxy:3128', `has a password whose percent-encoding is broken; ${ENCODING}`],
    ['http://m%e:pass@proxy:3128', `has a user name whose percent-encoding is broken; ${ENCODING}`],
  ])('%s is left out: it %s', (value, problem) => {
    const { urls, leftOut } = environmentProxies({ http_proxy: value, HTTP_PROXY: 'proxy:1' })
    expect(urls).toMatchObject({ http_proxy: '', HTTP_PROXY: 'http://proxy:1/' })
    expect(leftOut).toEqual([{ name: 'http_proxy', problem }])
  })
})
