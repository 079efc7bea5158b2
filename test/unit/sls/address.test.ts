import { expect, it } from 'vitest'
import { isBareHost, projectAddress } from '../../../src/sls/address.ts'

it.each([
  // endpoint, URL to connect to, Host header, name of the certificate
  [
    'https://cn-hangzhou.log.aliyuncs.com',
    'https://p.cn-hangzhou.log.aliyuncs.com',
    'p.cn-hangzhou.log.aliyuncs.com',
    'p.cn-hangzhou.log.aliyuncs.com',
  ],
  [
    'http://cn-hangzhou-intranet.log.aliyuncs.com',
    'http://p.cn-hangzhou-intranet.log.aliyuncs.com',
    'p.cn-hangzhou-intranet.log.aliyuncs.com',
    'p.cn-hangzhou-intranet.log.aliyuncs.com',
  ],
  ['https://sls.example:8443', 'https://p.sls.example:8443', 'p.sls.example:8443', 'p.sls.example'],
  ['https://sls.example:443/', 'https://p.sls.example', 'p.sls.example', 'p.sls.example'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', 'p.127.0.0.1:8080', ''],
  ['https://10.0.0.1', 'https://10.0.0.1', 'p.10.0.0.1', ''],
  ['https://[::1]:8443', 'https://[::1]:8443', 'p.[::1]:8443', ''],
  ['http://localhost:8080', 'http://localhost:8080', 'p.localhost:8080', 'localhost'],
  ['https://localhost', 'https://localhost', 'p.localhost', 'localhost'],
  ['https://sub.localhost', 'https://p.sub.localhost', 'p.sub.localhost', 'p.sub.localhost'],
])('%s', (endpoint, baseUrl, host, serverName) => {
  expect(projectAddress(endpoint, 'p')).toEqual({ baseUrl, host, serverName })
})

it.each([
  ['127.0.0.1', true],
  ['[2001:db8::1]', true],
  ['localhost', true],
  ['127.0.0.1.example', false],
  ['localhost.example', false],
  ['1.2.3', false],
])('%s has labels in front or not', (hostname, bare) => {
  expect(isBareHost(hostname)).toBe(bare)
})
