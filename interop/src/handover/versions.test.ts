import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { connect, eventTypes, SDKS, type SdkName } from '../harness/index.js';
import { handoverActivities } from './activities.js';

const environment = await connect();
const { client } = environment;
const before = fileURLToPath(new URL('./versions/before.ts', import.meta.url));
const after = fileURLToPath(new URL('./versions/after.ts', import.meta.url));

const PAIRS = SDKS.flatMap((first) => SDKS.map((second) => ({ first, second })));

describe.each(PAIRS)('code that changes when $first hands over to $second', ({ first, second }) => {
  test('goes the old way where a run has been, and the new way where it has not', async () => {
    const taskQueue = environment.uniqueId('versions');
    const worker = async (sdk: SdkName, workflowsPath: string) =>
      await environment.worker(sdk, taskQueue, { activities: handoverActivities(sdk), workflowsPath });
    const start = async () =>
      await client.workflow.start('evolving', { taskQueue, workflowId: environment.uniqueId('evolving') });

    const open = await start();
    const old = await worker(first, before);
    expect(await open.query('steps')).toBe(0);
    await old.stop();
    const young = await worker(second, after);
    const fresh = await start();
    await open.signal('go');
    await fresh.signal('go');
    expect([await open.query('steps'), await fresh.query('steps')]).toEqual([1, 1]);
    await young.stop();
    // The one that made no marker has to find those of the other.
    await worker(first, after);
    for (const handle of [open, fresh]) await handle.signal('go');
    expect(await open.result()).toBe('old first, new second');
    expect(await fresh.result()).toBe('new first, new second');
    for (const handle of [open, fresh]) {
      expect(eventTypes(await environment.history(handle))).not.toContain('WorkflowTaskFailed');
    }
  });
});
