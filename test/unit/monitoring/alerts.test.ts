import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { knownMetrics, metricsIn } from '../../support/metric-names.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface Case {
  readonly alertname: string
  readonly exp_alerts: readonly unknown[]
}

const read = (file: string) => readFileSync(new URL(`../../../monitoring/${file}`, import.meta.url), 'utf8')
const groups: readonly { readonly rules: readonly Rule[] }[] = parse(read('alerts.yaml')).groups
const rules = groups.flatMap(({ rules }) => rules)

describe('the alert rules', () => {
  test('say how bad it is, what it is, what to do, and where there is more', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning', 'info'], alert).toContain(labels.severity)
      expect(Object.keys(annotations), alert).toEqual(['summary', 'description', 'runbook_url'])
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`)
    }
  })

  test('ask for metrics that the program exports', async () => {
    const known = await knownMetrics()
    const named = rules.flatMap(({ expr }) => metricsIn(expr))
    expect(named.filter(name => !known.has(name))).toEqual([])
    expect(named.length).toBeGreaterThan(rules.length)
  })

  test('have a case in which each fires, and one in which it does not', () => {
    const tests: readonly { readonly alert_rule_test?: readonly Case[] }[] = parse(
      read('alerts.test.yaml'),
    ).tests
    const cases = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)
    const namesOf = (some: readonly Case[]) => [...new Set(some.map(({ alertname }) => alertname))].toSorted()
    const alerts = rules.map(({ alert }) => alert).toSorted()
    expect(namesOf(cases.filter(({ exp_alerts }) => exp_alerts.length > 0))).toEqual(alerts)
    expect(namesOf(cases.filter(({ exp_alerts }) => exp_alerts.length === 0))).toEqual(alerts)
  })
})
