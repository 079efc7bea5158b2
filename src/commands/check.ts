/** `sls2splunk check --offline`: whether the configuration is valid. */

import { EXIT } from './exit.ts'
import { openConfig } from './open-config.ts'

export function check(file: string | undefined, offline: boolean): number {
  if (!offline) {
    process.stderr.write(
      'check without --offline is not available in this version; --offline checks the file alone\n',
    )
    return EXIT.usage
  }
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  for (const warning of opened.warnings) process.stdout.write(`! ${warning}\n`)
  process.stdout.write(`✓ ${opened.config.file} is valid\n`)
  return EXIT.ok
}
