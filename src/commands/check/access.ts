/** What an access key may do, and what a refusal of it means. */

import type { CredentialsConfig } from '../../config/types.ts'
import { describeFailure, remedyOf, type SlsFailure } from '../../sls/errors.ts'
import { type Finding, failed } from './step.ts'

/** The RAM actions that a consumer needs. */
export const RAM_ACTIONS = [
  'log:ListShards',
  'log:GetCursorOrData',
  'log:ListConsumerGroup',
  'log:CreateConsumerGroup',
  'log:UpdateConsumerGroup',
  'log:ConsumerGroupHeartBeat',
  'log:GetConsumerGroupCheckPoint',
  'log:ConsumerGroupUpdateCheckPoint',
] as const

export type RamAction = (typeof RAM_ACTIONS)[number]

/** The RAM actions that change something: check does not try them. */
export const UNTRIED_ACTIONS: readonly RamAction[] = [
  'log:CreateConsumerGroup',
  'log:UpdateConsumerGroup',
  'log:ConsumerGroupHeartBeat',
  'log:ConsumerGroupUpdateCheckPoint',
]

/** Says whether a refusal is about the key or a permission: Log Service has one code for both. */
export function isRefusedAccess({ code, status }: SlsFailure): boolean {
  return (
    code === 'Unauthorized' ||
    (status === 403 && /denied|forbidden|noperm/i.test(code) && code !== 'ProjectForbidden')
  )
}

/** Returns the finding of a failed call that needs this action. */
export function callFailed(failure: SlsFailure, action: RamAction, resource: string): Finding {
  const text = describeFailure(failure)
  if (!isRefusedAccess(failure)) return failed(text, remedyOf(failure))
  const remedy = `allow ${action} on acs:log:*:*:${resource} to this access key in RAM`
  return { state: 'failed', text, remedy, missingAction: action }
}

/** Words of Log Service when RAM, not the signature, is the cause. */
const DENIED_BY_RAM = /denied by|\bram\b|\bsts\b|no permission|not authorized/i

/** Returns the names by which remedies call the two parts of the access key. */
export function keyNames({ kind }: CredentialsConfig): { readonly id: string; readonly secret: string } {
  return kind === 'keys'
    ? { id: 'sls.access_key_id', secret: 'sls.access_key_secret' }
    : { id: 'the key that the credential chain finds', secret: 'the secret that the credential chain finds' }
}

export interface RefusedCall {
  readonly failure: SlsFailure
  /** The action that the call needs, and the resource that it is about. */
  readonly action: RamAction
  readonly resource: string
}

/** Returns the finding where every call was refused: what that says of the key. */
export function keyRefused(
  { failure, action, resource }: RefusedCall,
  credentials: CredentialsConfig,
): Finding {
  const text = describeFailure(failure)
  const { id } = keyNames(credentials)
  if (failure.code === 'InvalidAccessKeyId')
    return failed(`the access key id is unknown: ${text}`, `check ${id}: it does not exist, or was disabled`)
  if (!isRefusedAccess(failure)) return failed(text, remedyOf(failure))
  if (DENIED_BY_RAM.test(failure.message)) {
    const finding = callFailed(failure, action, resource)
    return { ...finding, text: `the access key is known but may not ask: ${text}` }
  }
  return {
    state: 'failed',
    text: `the access key id is unknown, of another account, or has no permission: ${text}`,
    remedy: `check ${id} (and that it is enabled); if it is right, allow its RAM user what the policy below has`,
    missingAction: action,
  }
}

/** Returns a RAM policy for these logstores, as JSON that RAM accepts. */
export function policyFor(
  logstores: readonly { readonly project: string; readonly logstore: string }[],
): string {
  const resources = logstores.map(
    ({ project, logstore }) => `acs:log:*:*:project/${project}/logstore/${logstore}`,
  )
  const Resource = [...new Set(resources)].flatMap(resource => [resource, `${resource}/*`])
  return JSON.stringify(
    { Version: '1', Statement: [{ Effect: 'Allow', Action: RAM_ACTIONS, Resource }] },
    undefined,
    2,
  )
}
