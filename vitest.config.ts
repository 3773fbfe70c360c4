import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Parts and the whole house start real ffmpegs and mostly wait for video: two cores carry two such files at a time.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/parts/**', 'test/app/**', 'test/ha/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/parts/**/*.test.ts', 'test/app/**/*.test.ts'],
          testTimeout: 60_000,
          // Real time on a shared machine: CI asks once more before it believes a failure (and prints both).
          retry: process.env.CI ? 1 : 0,
          hookTimeout: 60_000,
        },
      },
      // Needs root and a machine with Home Assistant's test client: `npm run test:ha`.
      { extends: true, test: { name: 'ha', include: ['test/ha/**/*.test.ts'], hookTimeout: 600_000 } },
    ],
  },
})
