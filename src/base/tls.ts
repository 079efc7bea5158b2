/** How a far end proves who it is, and how we do. Certificates and keys are PEM texts. */
export interface TlsConfig {
  /** The authority that must have signed the far end's certificate; without it those that Node knows. */
  readonly ca?: string
  /** Our own certificate and its key, for a far end that asks for one. */
  readonly cert?: string
  readonly key?: string
  /** False takes any certificate. */
  readonly verify: boolean
}
