import { defineConfig } from 'vitest/config';
import { ENDS_WITH_PARENT } from '../vitest.config.js';

export default defineConfig({
  test: {
    name: 'interop',
    include: ['src/**/*.test.ts'],
    globalSetup: ['src/harness/global-setup.ts'],
    snapshotSerializers: ['src/harness/transcript-serializer.ts'],
    pool: 'forks',
    execArgv: ENDS_WITH_PARENT,
    maxWorkers: 2,
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // After the unit tests, so that the two do not fight for the processors.
    sequence: { concurrent: true, groupOrder: 1 },
    maxConcurrency: 20,
  },
});
