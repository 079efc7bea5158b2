import { defineConfig } from 'vitest/config'

/** One project for each kind of test; `npm test` runs unit and integration, CI the rest as well. */
const project = (name: string, testTimeout: number, globalSetup: string[] = []) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup,
    testTimeout,
    hookTimeout: testTimeout,
    pool: 'forks' as const,
    // What a page shows comes once a second; the default of one second would be a matter of luck.
    expect: { poll: { timeout: 10_000 } },
    // CommonJS packages look as they do in Node.
    deps: { interopDefault: false },
  },
})

export default defineConfig({
  test: {
    // Most of their time tests wait for heartbeats and back-off: two at once, also where there are two cores only; three for
    // `npm test`, whose files are the least busy.
    maxWorkers: 2,
    projects: [
      project('unit', 20_000),
      project('integration', 60_000),
      project('browser', 60_000),
      project('fault', 240_000, ['test/fault/support/global-setup.ts']),
      project('interop', 180_000, ['test/interop/global-setup.ts']),
    ],
  },
})
