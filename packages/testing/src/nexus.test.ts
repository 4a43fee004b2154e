import { startWorkflow, WorkflowRunOperationHandler } from '@perdure/nexus';
import * as nexus from 'nexus-rpc';
import { expect, it } from 'vitest';
import { parcels } from './testing/parcel-service.js';
import { skipping, withWorker } from './testing/with-worker.js';
import * as workflows from './testing/workflows.js';

const handler = nexus.serviceHandler(parcels, {
  price: async (_ctx, kilograms) => kilograms * 5,
  send: new WorkflowRunOperationHandler((ctx, workflowId: string) =>
    startWorkflow(ctx, workflows.parcelOnItsWay, { workflowId }),
  ),
});

it('Nexus operations are called through an endpoint of the environment, and time skips while one goes on', async () => {
  const environment = await skipping();
  await environment.createNexusEndpoint('post-office', 'queue');
  const startedAtMs = await environment.currentTimeMs();
  const run = withWorker(
    environment,
    async ({ execute }) => await execute(workflows.sender, ['post-office', 'parcel-1']),
    { nexusServices: [handler] },
  );
  expect(await run).toEqual([10, 'arrived a day later']);
  expect((await environment.currentTimeMs()) - startedAtMs).toBeGreaterThanOrEqual(24 * 3_600_000);
});
