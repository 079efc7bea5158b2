/** A value, or what is wrong with the text that it should have come from. */
export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'wrong'; readonly message: string }

export const ok = <T>(value: T): Parsed<T> => ({ kind: 'ok', value })
export const wrong = (message: string): Parsed<never> => ({ kind: 'wrong', message })
