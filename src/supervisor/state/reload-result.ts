/** How a reload of the configuration ended. */
export type ReloadResult = 'applied' | 'invalid' | 'failed'
