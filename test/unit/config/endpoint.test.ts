import { describe, expect, test } from 'vitest'
import {
  parseEndpoint,
  parseHecUrl,
  parseListen,
  parseProxy,
  regionOf,
} from '../../../src/config/endpoint.ts'

describe('a Log Service endpoint', () => {
  test.each([
    ['cn-hangzhou.log.aliyuncs.com', 'https://cn-hangzhou.log.aliyuncs.com'],
    ['https://cn-hangzhou.log.aliyuncs.com/', 'https://cn-hangzhou.log.aliyuncs.com'],
    ['HTTPS://CN-Hangzhou.log.aliyuncs.com:443', 'https://cn-hangzhou.log.aliyuncs.com'],
    ['http://cn-hangzhou-intranet.log.aliyuncs.com', 'http://cn-hangzhou-intranet.log.aliyuncs.com'],
    ['localhost:8080', 'https://localhost:8080'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('%s is %s', (text, value) => {
    expect(parseEndpoint(text)).toEqual({ kind: 'ok', value })
  })

  test.each([
    ['https://cn-hangzhou.log.aliyuncs.com/logstores', 'must not hold a path'],
    ['cn-hangzhou.log.aliyuncs.com?x=1', 'must not hold a query'],
    ['https://me:hush@cn-hangzhou.log.aliyuncs.com', 'must not hold a user name or password'],
    ['my-project.cn-hangzhou.log.aliyuncs.com', 'must not begin with the project'],
    ['ftp://cn-hangzhou.log.aliyuncs.com', 'must be a host name'],
    ['cn hangzhou', 'must be a host name'],
    ['https://', 'must be a host name'],
    ['localhost:99999', 'must be a host name'],
    ['a,b', 'must be a host name'],
    ['a..b', 'must be a host name'],
  ])('%s: %s', (text, message) => {
    expect(parseEndpoint(text)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) })
  })
})

describe('the region', () => {
  test.each([
    ['cn-hangzhou.log.aliyuncs.com', 'cn-hangzhou'],
    ['cn-hangzhou-intranet.log.aliyuncs.com', 'cn-hangzhou'],
    ['ap-southeast-1-share.log.aliyuncs.com', 'ap-southeast-1'],
    ['cn-shanghai-vpc.sls.aliyuncs.com:443', 'cn-shanghai'],
    ['cn-hangzhou-finance-1.sls.aliyuncs.com', 'cn-hangzhou-finance-1'],
    ['log-global.aliyuncs.com', undefined],
    ['127.0.0.1:8080', undefined],
    ['cn-hangzhou.log.aliyuncs.com.example.com', undefined],
  ])('of %s is %s', (host, region) => {
    expect(regionOf(`https://${host}`)).toBe(region)
  })
})

describe('a HEC address', () => {
  test.each([
    ['https://splunk.example.com:8088', 'https://splunk.example.com:8088'],
    ['https://splunk.example.com:8088/', 'https://splunk.example.com:8088'],
    ['https://splunk.example.com:8088/services/collector', 'https://splunk.example.com:8088'],
    ['https://splunk.example.com:8088/services/collector/event/', 'https://splunk.example.com:8088'],
    ['http://10.0.0.1:8088', 'http://10.0.0.1:8088'],
    ['https://http-inputs-acme.splunkcloud.com', 'https://http-inputs-acme.splunkcloud.com'],
  ])('%s is %s', (text, value) => {
    expect(parseHecUrl(text)).toEqual({ kind: 'ok', value })
  })

  test.each([
    ['splunk.example.com:8088', 'must be a URL'],
    ['ftp://splunk.example.com', 'must be a URL'],
    ['https://splunk.example.com/services/collector/raw', 'a path other than /services/collector'],
    ['https://splunk.example.com/en-US', 'a path other than /services/collector'],
    ['https://splunk:hush@splunk.example.com', 'a user name or password'],
    ['https://splunk.example.com?token=hush', 'a query'],
  ])('%s: %s', (text, message) => {
    expect(parseHecUrl(text)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) })
  })
})

const FORM = 'must be a URL as http://proxy.example.com:3128'
const ENCODING = 'in a user name or password write % as %25, @ as %40, : as %3A, / as %2F, # as %23'

describe('a proxy', () => {
  test.each([
    ['http://proxy:3128', 'http://proxy:3128'],
    ['http://me:hush@proxy:3128/', 'http://me:hush@proxy:3128'],
    ['https://proxy.example.com', 'https://proxy.example.com'],
  ])('%s is %s', (text, value) => {
    expect(parseProxy(text)).toEqual({ kind: 'ok', value })
  })

  test.each(['proxy:3128', 'socks5://proxy:1080', 'http://proxy/path', 'http://proxy?x'])(
    '%s is none',
    text => {
      expect(parseProxy(text)).toEqual({ kind: 'wrong', message: FORM })
    },
  )

  test.each([
    ['http://me:hu%sh@proxy:3128', `has a password whose percent-encoding is broken; ${ENCODING}`],
    ['http://me:hush%@proxy:3128', `has a password whose percent-encoding is broken; ${ENCODING}`],
    ['http://me:%E9@proxy:3128', `has a password whose percent-encoding is broken; ${ENCODING}`],
    ['http://m%e:hush@proxy:3128', `has a user name whose percent-encoding is broken; ${ENCODING}`],
    ['http://m%e@proxy:3128', `has a user name whose percent-encoding is broken; ${ENCODING}`],
    ['http://me:hu#sh@proxy:3128', `${FORM}; ${ENCODING}`],
    ['http://me:hu/sh@proxy:3128', `${FORM}; ${ENCODING}`],
    ['http://me:1#sh@proxy:3128', `${FORM}; ${ENCODING}`],
  ])('%s: %s', (text, message) => {
    expect(parseProxy(text)).toEqual({ kind: 'wrong', message })
  })

  test('may have in its password what has a meaning of its own, percent-encoded', () => {
    const value = 'http://me:%25%40%3A%2F%23@proxy:3128'
    expect(parseProxy(value)).toEqual({ kind: 'ok', value })
  })
})

describe('an address to listen on', () => {
  test.each([
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['localhost:65535', 'localhost', 65_535],
    ['[::]:9464', '::', 9464],
  ])('%s is %s and %d', (text, host, port) => {
    expect(parseListen(text)).toEqual({ kind: 'ok', value: { host, port } })
  })

  test.each([
    '9464',
    ':9464',
    '127.0.0.1',
    '::1:9464',
    '[1.2.3.4]:1',
    'host:65536',
    'http://host:1',
    'host:-1',
  ])('%s is none', text => {
    expect(parseListen(text).kind).toBe('wrong')
  })
})
