import type { Config, SourceConfig } from '../../config/types.ts'

/** What a source is run with: its own entry of the configuration, and the sections that all sources share. */
export interface Settings extends Pick<Config, 'sls' | 'splunk' | 'worker' | 'deadLetters'> {
  readonly source: SourceConfig
}
