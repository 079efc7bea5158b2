/**
 * How often a property is tried. `FC_RUNS=5000` tries harder than every test run can afford; `FC_SEED` and `FC_PATH`
 * are those of a failure's report, and run that counterexample alone.
 */
export function runs(usually: number) {
  const { FC_RUNS, FC_SEED, FC_PATH } = process.env
  return {
    numRuns: FC_RUNS === undefined ? usually : Number(FC_RUNS),
    ...(FC_SEED !== undefined && { seed: Number(FC_SEED) }),
    ...(FC_PATH !== undefined && { path: FC_PATH }),
    // An array of steps is cut down for as long as the counterexample still fails.
    endOnFailure: false,
  }
}

/** Many more runs take longer than a test usually may. */
export const LIMIT_MS = process.env.FC_RUNS === undefined ? 300_000 : 3_600_000
