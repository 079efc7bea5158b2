/** What stands in the configuration of a service that is measured, and at its far ends. */

export const PROJECT = 'bench-project'
export const LOGSTORE = 'audit'
export const GROUP = 'bench'
export const TOKEN = '11111111-2222-3333-4444-555555555555'
export const ACCESS_KEY = { id: 'bench-key-id', secret: 'bench-key-secret' } as const
