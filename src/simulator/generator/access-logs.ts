/** Who asked for what: access logs of object storage, load balancers and the web firewall. */

import type { Fields } from './fields.ts'
import type { Random } from './random.ts'

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'aliyun-sdk-java/3.17.4(Linux/5.10.134/amd64;1.8.0_372)',
  'curl/8.5.0',
] as const
const OBJECTS = [
  'reports/2026/一月/汇总.xlsx',
  'backup/db "full".tar.gz',
  'images\\logo.png',
  'logs/app.log',
] as const
const STATUSES = ['200', '200', '200', '206', '304', '403', '404', '500', '502'] as const
const METHODS = ['GET', 'PUT', 'POST', 'HEAD', 'DELETE'] as const
const PATHS = [
  '/api/v1/orders',
  '/login',
  '/search?q=%E5%AE%A1%E8%AE%A1&page=2',
  '/static/app.js',
  "/item?id=1' OR '1'='1",
] as const

export function objectStorageFields(random: Random): Fields {
  const object = random.pick(OBJECTS)
  return {
    operation: random.pick(['GetObject', 'PutObject', 'ListObjects', 'HeadObject']),
    bucket: `audit-archive-${random.int(20)}`,
    bucket_location: 'oss-cn-hangzhou-a',
    bucket_storage_type: 'standard',
    object,
    request_uri: `/${encodeURIComponent(object)}?versionId=${random.hex(32)}`,
    http_method: random.pick(METHODS),
    http_status: random.pick(STATUSES),
    http_type: 'https',
    client_ip: random.ip(),
    user_agent: random.pick(AGENTS),
    referer: '-',
    host: `audit-archive-${random.int(20)}.oss-cn-hangzhou.aliyuncs.com`,
    request_id: random.hex(24).toUpperCase(),
    requester_id: String(200_000_000_000_000 + random.int(1e9)),
    owner_id: '1234567890123456',
    access_id: `LTAI${random.hex(20)}`,
    sign_type: 'NormalSign',
    response_time: String(random.int(900)),
    server_cost_time: String(random.int(400)),
    response_body_length: String(random.int(1e8)),
    object_size: String(random.int(1e9)),
    error_code: '-',
    sync_request: '-',
  }
}

export function loadBalancerFields(random: Random): Fields {
  return {
    body_bytes_sent: String(random.int(1e6)),
    client_ip: random.ip(),
    host: 'shop.example.com',
    http_host: 'shop.example.com',
    http_referer: 'https://shop.example.com/商品/列表',
    http_user_agent: random.pick(AGENTS),
    http_x_forwarded_for: `${random.ip()}, ${random.ip()}`,
    http_x_real_ip: random.ip(),
    read_request_time: String(random.int(20)),
    request_length: String(random.int(4_000)),
    request_method: random.pick(METHODS),
    request_time: (random.int(5_000) / 1_000).toFixed(3),
    request_uri: random.pick(PATHS),
    scheme: 'https',
    server_protocol: 'HTTP/1.1',
    slb_vport: '443',
    slbid: `lb-${random.hex(20)}`,
    ssl_cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
    ssl_protocol: 'TLSv1.2',
    status: random.pick(STATUSES),
    tcpinfo_rtt: String(random.int(60_000)),
    upstream_addr: `${random.ip()}:8080`,
    upstream_response_time: (random.int(5_000) / 1_000).toFixed(3),
    upstream_status: random.pick(STATUSES),
    vip_addr: random.ip(),
  }
}

const RULES = [
  'SQL 注入',
  '跨站脚本 <script>alert("1")</script>',
  '命令执行\t`cat /etc/passwd`',
  '扫描器',
] as const

export function webFirewallFields(random: Random): Fields {
  return {
    action: random.pick(['pass', 'block', 'captcha']),
    real_client_ip: random.ip(),
    remote_addr: random.ip(),
    remote_port: String(1_024 + random.int(60_000)),
    host: 'login.example.com',
    matched_host: '*.example.com',
    request_method: random.pick(METHODS),
    request_path: random.pick(PATHS),
    querystring: `user=%E7%AE%A1%E7%90%86%E5%91%98&token=${random.hex(24)}`,
    request_body: `{"name":"${random.pick(['管理员', 'root', 'admin'])}","comment":"第一行\\n第二行"}\r\n`,
    http_cookie: `acw_tc=${random.hex(40)}; SESSION=${random.hex(32)}`,
    http_user_agent: random.pick(AGENTS),
    status: random.pick(STATUSES),
    upstream_status: random.pick(STATUSES),
    final_plugin: 'waf',
    final_rule_id: String(100_000 + random.int(900_000)),
    final_rule_name: random.pick(RULES),
    final_action: random.pick(['block', 'js']),
    region: 'cn',
    request_traceid: random.hex(30),
    user_id: '1234567890123456',
    ssl_protocol: 'TLSv1.3',
  }
}
