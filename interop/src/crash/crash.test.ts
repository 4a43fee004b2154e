import { expect, test } from 'vitest';
import { SDKS } from '../harness/workflow-bundles.js';
import { runCrashTest } from './index.js';

test.for(SDKS)(
  'eight kills leave every order complete exactly once, with workers of %s',
  { timeout: 240_000 },
  async (sdk, { signal }) => {
    const seed = 20_250_101;
    const say = (): void => undefined;
    const report = await runCrashTest({
      sdk,
      kills: 8,
      seed,
      ordersInFlight: 8,
      settleTimeoutMs: 120_000,
      say,
      signal,
    });
    expect(report.problems).toEqual([]);
    expect(report.serverKills + report.workerKills).toBe(8);
    expect(report.orders).toBeGreaterThan(8);
  },
);
