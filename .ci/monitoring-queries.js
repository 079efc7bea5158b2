// Prints the dashboard's queries as recording rules, with its variables filled in: a form in which promtool parses them.
import { readFileSync } from 'node:fs'

const { panels } = JSON.parse(readFileSync('monitoring/grafana-dashboard.json', 'utf8'))
const rules = panels.flatMap(({ id, targets = [] }) =>
  targets.map(({ refId, expr }) => ({
    record: `panel_${id}_${refId}`,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance|source)/g, '.*'),
  })),
)
// JSON is YAML as well.
console.log(JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
