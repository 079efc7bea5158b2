/** Who did what: ActionTrail events and Kubernetes audit events, with JSON inside their fields. */

import type { Fields } from './fields.ts'
import type { Random } from './random.ts'

const EVENT_NAMES = [
  'CreateInstance',
  'DescribeInstances',
  'ListBuckets',
  'DeleteSecurityGroup',
  'ConsoleSignin',
] as const
const SERVICES = ['Ecs', 'Oss', 'Ram', 'Vpc', 'Rds'] as const
const USERS = ['张伟', '李娜', 'ops-admin', '王芳', 'deploy"bot"', 'C:\\svc\\audit'] as const
const ERRORS = [
  '',
  '',
  '',
  'NoPermission: 您没有权限执行此操作，请联系管理员',
  'InvalidParameter: line 1\n\t"value" is\\not allowed',
] as const

export function actionTrailFields(random: Random): Fields {
  const service = random.pick(SERVICES)
  const error = random.pick(ERRORS)
  return {
    event_id: `${random.hex(8)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`,
    event_name: random.pick(EVENT_NAMES),
    event_type: 'ApiCall',
    event_version: '1',
    event_source: `${service.toLowerCase()}.cn-hangzhou.aliyuncs.com`,
    service_name: service,
    acs_region: 'cn-hangzhou',
    source_ip_address: random.ip(),
    user_agent: 'Apache-HttpClient/4.5.7 (Java/1.8.0_152)',
    user_identity: JSON.stringify({
      type: 'ram-user',
      principalId: String(200_000_000_000_000 + random.int(1e9)),
      accountId: '1234567890123456',
      userName: random.pick(USERS),
      sessionContext: { attributes: { mfaAuthenticated: 'false', creationDate: '2026-01-31T08:00:00Z' } },
    }),
    request_parameters: JSON.stringify({
      RegionId: 'cn-hangzhou',
      InstanceId: `i-${random.hex(16)}`,
      Description: '生产环境 "核心"',
    }),
    request_id: random.hex(32).toUpperCase(),
    ...(error && { error_code: error.slice(0, error.indexOf(':')), error_message: error }),
  }
}

const VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const
const RESOURCES = ['pods', 'secrets', 'configmaps', 'deployments', 'nodes'] as const
const NAMESPACES = ['default', 'kube-system', 'payment', '审计'] as const

export function kubernetesAuditFields(random: Random): Fields {
  const namespace = random.pick(NAMESPACES)
  const resource = random.pick(RESOURCES)
  const name = `${resource}-${random.hex(10)}`
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `${random.hex(8)}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${name}?timeout=30s&limit=500`,
    verb: random.pick(VERBS),
    user: JSON.stringify({
      username: 'system:serviceaccount:kube-system:replicaset-controller',
      uid: random.hex(12),
      groups: ['system:serviceaccounts', 'system:authenticated'],
    }),
    sourceIPs: JSON.stringify([random.ip()]),
    objectRef: JSON.stringify({ resource, namespace, name, apiVersion: 'v1' }),
    responseStatus: JSON.stringify({ metadata: {}, code: random.pick([200, 201, 403, 404]) }),
    annotations: JSON.stringify({
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding "controller"',
    }),
  }
}
