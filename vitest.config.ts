import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Parts and the whole house start real ffmpegs: two cores carry one such file at a time.
    projects: [
      {
        extends: true,
        test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: ['test/parts/**', 'test/app/**'] },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/parts/**/*.test.ts', 'test/app/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
