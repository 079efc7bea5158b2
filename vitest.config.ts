import { defineConfig } from 'vitest/config'

/** One project for each kind of test; `npm test` runs unit and integration, CI the rest as well. */
const project = (name: string, include: string[], testTimeout: number) => ({
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    pool: 'forks' as const,
    // CommonJS packages look as they do in Node.
    deps: { interopDefault: false },
  },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 20_000),
      project('integration', ['test/integration/**/*.test.ts'], 60_000),
      project('interop', ['test/interop/**/*.test.ts'], 180_000),
    ],
  },
})
