/** What the logs of each kind look like: topic, the agent's path, and the fields of one log. */

import { loadBalancerFields, objectStorageFields, webFirewallFields } from './access-logs.ts'
import { actionTrailFields, kubernetesAuditFields } from './audit-logs.ts'
import type { Fields } from './fields.ts'
import type { Random } from './random.ts'

export interface KindOfLog {
  readonly topic: string
  readonly path: string
  /** Their producer gives nanoseconds. */
  readonly nanoseconds: boolean
  readonly fields: (random: Random) => Fields
}

export const KINDS = {
  actiontrail: {
    topic: 'audit_log',
    path: '/actiontrail/events.json',
    nanoseconds: true,
    fields: actionTrailFields,
  },
  oss: { topic: 'oss_access_log', path: '/oss/access.log', nanoseconds: false, fields: objectStorageFields },
  slb: {
    topic: 'slb_layer7_access_log',
    path: '/slb/access.log',
    nanoseconds: false,
    fields: loadBalancerFields,
  },
  waf: { topic: 'waf_access_log', path: '/waf/access.log', nanoseconds: false, fields: webFirewallFields },
  kubernetes: {
    topic: 'kubernetes_audit',
    path: '/var/log/kubernetes/audit.log',
    nanoseconds: true,
    fields: kubernetesAuditFields,
  },
} as const satisfies Record<string, KindOfLog>

export type Kind = keyof typeof KINDS

export const ALL_KINDS: readonly Kind[] = ['actiontrail', 'oss', 'slb', 'waf', 'kubernetes']
