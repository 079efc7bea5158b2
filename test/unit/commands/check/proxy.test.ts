import { expect, test } from 'vitest'
import { proxyFor } from '../../../../src/commands/check/proxy.ts'

const URL = 'https://splunk.example.com:8088'
const PROXY = 'proxy.example.com:3128'
const HTTPS_PROXY = `http://user:password@${PROXY}`

test.each<
  [what: string, configured: string | undefined, env: NodeJS.ProcessEnv, expected: string | undefined]
>([
  ['none anywhere', undefined, {}, undefined],
  ['the configured one, without its password', HTTPS_PROXY, {}, PROXY],
  ['the configured none, whatever the environment says', '', { HTTPS_PROXY }, undefined],
  ['that of the environment', undefined, { HTTPS_PROXY }, PROXY],
  ['that of the environment as host and port', undefined, { https_proxy: PROXY }, PROXY],
  ['the small letters first', undefined, { HTTPS_PROXY, https_proxy: 'http://other:1' }, 'other:1'],
  ['the large letters when the small are none', undefined, { HTTPS_PROXY, https_proxy: 'http://' }, PROXY],
  ['none for a broken password', undefined, { HTTPS_PROXY: 'http://u:p%ss@proxy:1' }, undefined],
  ['none for another kind of proxy', undefined, { HTTPS_PROXY: 'socks5://proxy:1' }, undefined],
  ['not that of the other scheme', undefined, { HTTP_PROXY: HTTPS_PROXY }, undefined],
  [
    'not for a host that is left out',
    undefined,
    { HTTPS_PROXY, NO_PROXY: 'a, splunk.example.com' },
    undefined,
  ],
  [
    'not for a host and port that are',
    undefined,
    { HTTPS_PROXY, NO_PROXY: 'splunk.example.com:8088' },
    undefined,
  ],
  ['not for a domain that is', undefined, { HTTPS_PROXY, no_proxy: '.example.com' }, undefined],
  ['not with a star before it', undefined, { HTTPS_PROXY, no_proxy: '*.example.com' }, undefined],
  ['for another domain', undefined, { HTTPS_PROXY, no_proxy: '.example.org' }, PROXY],
  ['not at all', undefined, { HTTPS_PROXY, NO_PROXY: '*' }, undefined],
])('%s', (_, configured, env, expected) => {
  expect(proxyFor(URL, configured, env)).toBe(expected)
})
