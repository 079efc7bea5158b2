/** What a valid configuration is warned about, and what of it must never be logged. */

import { environmentProxies, passwordIn } from '../base/proxy.ts'
import type { Environment } from './interpolate.ts'
import type { Config, SourceConfig } from './types.ts'

/** One line each, without secrets. */
export function warningsOf(config: Config, env: Environment): string[] {
  return [
    ...leftOutProxies(config, env),
    ...(isPlain(config.sls.endpoint) ? ['sls.endpoint: http:// sends logs in clear text; use https://'] : []),
    ...(config.splunk.urls.some(isPlain)
      ? ['splunk.url: http:// sends the token and the events in clear text; use https://']
      : []),
    ...unverified('sls', config.sls.tls.verify),
    ...unverified('splunk', config.splunk.tls.verify),
    ...config.sources.flatMap(deadRoutes),
  ]
}

/** Values that must not appear in a log: the access key's secret, tokens, passwords of proxies. */
export function secretsOf({ sls, splunk, http }: Config): string[] {
  const keys = sls.credentials.kind === 'keys' ? sls.credentials : undefined
  return [
    keys?.accessKeySecret,
    keys?.securityToken,
    splunk.token,
    http.bearerToken,
    passwordIn(sls.proxy ?? ''),
    passwordIn(splunk.proxy ?? ''),
  ].filter(secret => secret !== undefined)
}

const isPlain = (url: string) => url.startsWith('http:')

function unverified(section: string, verify: boolean): string[] {
  return verify
    ? []
    : [`${section}.tls.verify: false takes any certificate, an attacker's too; name its authority in ca_file`]
}

/** A route without a match ends the list. */
function deadRoutes({ name, routes }: SourceConfig): string[] {
  const last = routes.findIndex(({ match }) => match.length === 0)
  if (last === -1 || last === routes.length - 1) return []
  return [`sources: ${name}: routes[${last}] matches every log, so the routes after it are never asked`]
}

/** The environment counts for a section that names no proxy. */
function leftOutProxies({ sls, splunk }: Config, env: Environment): string[] {
  if (sls.proxy !== undefined && splunk.proxy !== undefined) return []
  return environmentProxies(env).leftOut.map(
    ({ name, problem }) => `${name} of the environment is left out: it ${problem}`,
  )
}
