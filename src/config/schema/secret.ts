/** Keys that hold a secret, and their `_file` twins. */

import { checkSecret, type Files } from '../files.ts'
import { parsed } from '../values.ts'

export function secret() {
  return parsed('text without white space', checkSecret)
}

/** A path; what it becomes is the secret in it. */
export function secretFile(files: Files) {
  return parsed('the path of a file', files.secret)
}
