/** `${NAME}`, `${NAME:-default}` and `$$` inside the values of a configuration file. */

const REFERENCE = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g

const MALFORMED = `has a \${ that is not \${NAME} or \${NAME:-default}; a literal $ is written $$`

export type Environment = Readonly<Record<string, string | undefined>>

/** What `interpolate` made of a text. `variables` are the names it used, empty when there were none. */
export type Interpolation =
  | { readonly kind: 'ok'; readonly text: string; readonly variables: readonly string[] }
  | { readonly kind: 'wrong'; readonly messages: readonly string[] }

/** As a shell does it: a default also counts for a variable that is set and empty; without one, empty is empty. */
export function interpolate(text: string, env: Environment): Interpolation {
  const variables: string[] = []
  const messages: string[] = []
  const filled = text.replace(REFERENCE, (reference, name?: string, fallback?: string) => {
    if (reference === '$$') return '$'
    if (name === undefined) messages.push(MALFORMED)
    else variables.push(name)
    const value = name === undefined ? '' : lookUp(env, name, fallback)
    if (value === undefined)
      messages.push(
        `the environment variable ${name} is not set; set it, or give a default with \${${name}:-…}`,
      )
    return value ?? ''
  })
  return messages.length > 0 ? { kind: 'wrong', messages } : { kind: 'ok', text: filled, variables }
}

function lookUp(env: Environment, name: string, fallback: string | undefined): string | undefined {
  return fallback === undefined ? env[name] : env[name] || fallback
}

const FILLED = Symbol('filled from the environment')

/**
 * A value that took something from the environment. It has no type yet: the key decides whether `4` is a number or a
 * text.
 */
export interface Filled {
  readonly [FILLED]: true
  readonly text: string
  readonly variables: readonly string[]
}

/** Stands where a variable was not set; fits no key. */
export const UNSET = Symbol('not set in the environment')

export function filled(text: string, variables: readonly string[]): Filled {
  return { [FILLED]: true, text, variables }
}

export function isFilled(value: unknown): value is Filled {
  return typeof value === 'object' && value !== null && FILLED in value
}
