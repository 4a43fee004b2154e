import { expect, test } from 'vitest';
import { connect, eventTypes } from '../harness/index.js';
import { suiteActivities } from '../suite-activities.js';

const environment = await connect();
const LANES = 12;
const WORKERS = 8;

test('workers come and go while workflows run, and none of their tasks is lost', { timeout: 120_000 }, async () => {
  const taskQueue = environment.uniqueId('rolling');
  const { client } = environment;
  const workflowIds: string[] = [];
  let isOver = false;
  const lane = async (): Promise<void> => {
    while (!isOver) {
      const workflowId = environment.uniqueId('rolling');
      workflowIds.push(workflowId);
      const args = ['somebody', 3];
      expect(await client.workflow.execute('greetings', { taskQueue, workflowId, args })).toBe(3);
    }
  };
  const options = { activities: suiteActivities('perdure') };
  let current = await environment.worker('perdure', taskQueue, options);
  const lanes = Promise.all(Array.from({ length: LANES }, lane));
  for (let count = 0; count < WORKERS; count += 1) {
    const finished = workflowIds.length;
    const next = await environment.worker('perdure', taskQueue, options);
    await current.stop();
    current = next;
    await expect.poll(() => workflowIds.length, { timeout: 30_000 }).toBeGreaterThan(finished);
  }
  isOver = true;
  await lanes;
  const types = (await Promise.all(workflowIds.map((workflowId) => environment.history({ workflowId })))).flatMap(
    eventTypes,
  );
  expect(types.filter((type) => type.endsWith('TimedOut') || type === 'WorkflowTaskFailed')).toEqual([]);
});
