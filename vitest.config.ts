import { defineConfig } from 'vitest/config';

// Packages are loaded as they are published: compiled, by Node itself. Transforming them again would cost every test
// file the 1.7 MB of generated codecs.
const server = { deps: { external: [/\/packages\/[^/]+\/(dist|generated)\//] } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'units',
          include: ['packages/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 20_000,
          server,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['interop/src/**/*.test.ts'],
          globalSetup: ['interop/src/harness/global-setup.ts'],
          pool: 'forks',
          testTimeout: 30_000,
          server,
        },
      },
    ],
  },
});
