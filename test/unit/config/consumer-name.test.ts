import fc from 'fast-check'
import { expect, test } from 'vitest'
import { consumerName } from '../../../src/config/consumer-name.ts'

test.each([
  ['soc-box-1', 'actiontrail', 0, 'soc-box-1-actiontrail-0'],
  ['soc_box', 'my-project/audit', 12, 'soc_box-my-project-audit-12'],
  ['box', 'Prüfung 1.2', 3, 'box-Pr-fung-1-2-3'],
])('instance %s, source %s, number %d is %s', (instance, source, n, name) => {
  expect(consumerName(instance, source, n)).toBe(name)
})

test('always fits the rule of Log Service, and stays the same', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }),
      fc.string({ minLength: 1, maxLength: 200 }),
      fc.nat(1023),
      (instance, source, n) => {
        const name = consumerName(instance, source, n)
        expect(name).toMatch(/^[0-9a-zA-Z_-]{1,128}$/)
        expect(name.endsWith(`-${n}`)).toBe(true)
        expect(consumerName(instance, source, n)).toBe(name)
      },
    ),
  )
})

test('names that differ only where they are cut stay different', () => {
  const long = 'x'.repeat(130)
  expect(consumerName('box', `${long}a`, 1)).not.toBe(consumerName('box', `${long}b`, 1))
  expect(consumerName('box', long, 1)).toHaveLength(128)
})
