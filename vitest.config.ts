import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** For processes of tests, and what those fork: they end with vitest even if that is killed. */
export const ENDS_WITH_PARENT = ['--require', fileURLToPath(new URL('scripts/ends-with-parent.cjs', import.meta.url))];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'units',
          include: ['{packages,samples}/*/src/**/*.test.ts', '{bench/src,scripts}/**/*.test.ts'],
          pool: 'forks',
          execArgv: ENDS_WITH_PARENT,
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
