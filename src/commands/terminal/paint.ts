/** Colours of rows. The first character of a row says what kind it is, also without them. */

import { styleText } from 'node:util'

export function paintRow(row: string): string {
  if (row.startsWith('✗')) return styleText('red', row)
  if (row.startsWith('!')) return styleText('yellow', row)
  if (row.startsWith('✓')) return styleText('green', row)
  return row
}
