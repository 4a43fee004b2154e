import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'units',
          include: ['{packages,samples}/*/src/**/*.test.ts', '{bench/src,scripts}/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 20_000,
          // Other packages are loaded as they are published: compiled, by Node itself. Transforming them again would
          // cost every test file the 1.2 MB of generated codecs.
          server: { deps: { external: [/\/packages\/[^/]+\/(dist|generated)\//] } },
        },
      },
      'interop',
    ],
  },
});
