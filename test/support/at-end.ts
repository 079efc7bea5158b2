/** Undoing things when a test, or a run of a scenario, is over. */

/** Calls it then, the last one first, whatever became of the test: for instance vitest's `onTestFinished`. */
export type AtEnd = (undo: () => void | Promise<void>) => void

export interface Ends {
  readonly atEnd: AtEnd
  /** Undoes everything; rejects with the first error when all of it was tried. */
  undo(): Promise<void>
}

export function createEnds(): Ends {
  const undos: (() => void | Promise<void>)[] = []
  return {
    atEnd: undo => void undos.push(undo),
    async undo() {
      const errors: unknown[] = []
      for (const undo of undos.splice(0).toReversed())
        await Promise.resolve()
          .then(undo)
          .catch((error: unknown) => errors.push(error))
      if (errors.length > 0) throw errors[0]
    },
  }
}
