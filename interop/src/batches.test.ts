import { randomUUID } from 'node:crypto';
import { afterAll, test, type ExpectStatic } from 'vitest';
import {
  api,
  connect,
  DurableServer,
  eventTypes,
  expectStatus,
  statusCodes,
  toPayloads,
  type Environment,
} from './harness/index.js';
import { clientSdks } from './harness/sdk-under-test.js';

const environment = await connect();
const { BATCH_OPERATION_STATE_RUNNING: running, BATCH_OPERATION_STATE_COMPLETED: completed } =
  api.enums.BatchOperationState;
const servers: DurableServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

type Request = api.service.IStartBatchOperationRequest;

test('a batch does to each execution that matches what one request would, and tells how far it got', async ({
  expect,
}) => {
  const type = await startMany(environment, 3);
  const signal = { signal: 'go', input: toPayloads('all'), identity: 'operator' };
  const signalled = await batch(expect, environment, type, { signalOperation: signal });
  const operationType = api.enums.BatchOperationType.BATCH_OPERATION_TYPE_SIGNAL_WORKFLOW;
  expect(signalled).toMatchObject({ reason: 'tidying', identity: 'operator', operationType });
  const input = (await environment.history({ workflowId: `${type}-1` })).at(
    -1,
  )!.workflowExecutionSignaledEventAttributes;
  expect(input).toMatchObject({ signalName: 'go', identity: 'operator' });
  await batch(expect, environment, type, { cancellationOperation: { identity: 'operator' } });
  expect(eventTypes(await environment.history({ workflowId: `${type}-2` }))).toContain(
    'WorkflowExecutionCancelRequested',
  );
  const ended = await batch(expect, environment, type, { terminationOperation: { identity: 'operator' } });
  expect([Number(ended.totalOperationCount), Number(ended.completeOperationCount)]).toEqual([3, 3]);
  const closing = (await environment.history({ workflowId: `${type}-0` })).at(-1)!;
  expect(closing.workflowExecutionTerminatedEventAttributes).toMatchObject({ reason: 'tidying' });
  await batch(expect, environment, type, { deletionOperation: { identity: 'operator' } });
  for (const number of [0, 1, 2]) {
    const history = () => environment.history({ workflowId: `${type}-${number}` }).then(eventTypes, ({ code }) => code);
    await expect.poll(history, { timeout: 40_000 }).toBe(statusCodes.NOT_FOUND);
  }
}, 60_000);

test('a batch goes through the client of either SDK, and its id is used once', async ({ expect }) => {
  for (const sdk of ['temporal', 'perdure'] as const) {
    const connection = await clientSdks[sdk].Connection.connect({ address: environment.address });
    const service = connection.workflowService;
    const request = {
      namespace: 'default',
      jobId: randomUUID(),
      reason: 'tidying',
      executions: [{ workflowId: 'nobody' }],
    };
    await eventuallyFree(expect, environment);
    await service.startBatchOperation({ ...request, terminationOperation: { identity: sdk } });
    const describe = () => service.describeBatchOperation({ namespace: 'default', jobId: request.jobId });
    await expect.poll(async () => (await describe()).state, { timeout: 10_000 }).toBe(completed);
    expect(await describe()).toMatchObject({ identity: sdk, reason: 'tidying' });
    const { operationInfo } = await service.listBatchOperations({ namespace: 'default' });
    expect(operationInfo.map(({ jobId }) => jobId)).toContain(request.jobId);
    const again = environment.service.startBatchOperation({ ...request, terminationOperation: {} });
    await expectStatus(again, 'ALREADY_EXISTS');
    await connection.close();
  }
});

test('what a batch does not know is refused', async () => {
  const start = (request: Request) =>
    environment.service.startBatchOperation({ namespace: 'default', jobId: randomUUID(), reason: 'r', ...request });
  const visibilityQuery = "WorkflowType = 'nobody'";
  await expectStatus(start({ visibilityQuery }), 'INVALID_ARGUMENT');
  await expectStatus(start({ terminationOperation: {} }), 'INVALID_ARGUMENT');
  await expectStatus(start({ visibilityQuery, resetOperation: {} }), 'INVALID_ARGUMENT', /reset/i);
  await expectStatus(start({ visibilityQuery, terminationOperation: {}, reason: '' }), 'INVALID_ARGUMENT', /reason/i);
  const unknown = { namespace: 'default', jobId: randomUUID() };
  await expectStatus(environment.service.describeBatchOperation(unknown), 'NOT_FOUND');
  await expectStatus(environment.service.stopBatchOperation({ ...unknown, reason: 'r' }), 'NOT_FOUND');
});

test.skipIf(process.env.PERDURE_TEST_ADDRESS)(
  'a killed server goes on with its batch, and signals each once',
  async ({ expect }) => {
    const server = await DurableServer.start();
    servers.push(server);
    const count = 150;
    const type = await startMany(server.environment, count);
    const jobId = await start(server.environment, type, {
      signalOperation: { signal: 'go' },
      maxOperationsPerSecond: 50,
    });
    const done = async () => Number((await describe(server.environment, jobId)).completeOperationCount);
    await expect.poll(done, { timeout: 20_000, interval: 20 }).toBeGreaterThan(10);
    await server.restart('killed');
    expect((await describe(server.environment, jobId)).state).toBe(running);
    await expect.poll(done, { timeout: 20_000 }).toBe(count);
    for (let number = 0; number < count; number += 1) {
      const types = eventTypes(await server.environment.history({ workflowId: `${type}-${number}` }));
      expect(types.filter((each) => each === 'WorkflowExecutionSignaled')).toHaveLength(1);
    }
  },
  60_000,
);

/** Executions `TYPE-0`, `TYPE-1`, ... of a type of their own; answers the type, once lists know them all. */
async function startMany(to: Environment, count: number): Promise<string> {
  const type = to.uniqueId('batch');
  const starts = Array.from({ length: count }, async (_, number) =>
    to.start('nobody', { workflowId: `${type}-${number}`, workflowType: { name: type } }),
  );
  await Promise.all(starts);
  return type;
}

async function batch(
  expect: ExpectStatic,
  to: Environment,
  type: string,
  request: Request,
): Promise<api.service.IDescribeBatchOperationResponse> {
  const query = { namespace: 'default', query: `WorkflowType = '${type}'` };
  const counted = async () => Number((await to.service.countWorkflowExecutions(query)).count);
  await expect.poll(counted, { timeout: 10_000 }).toBe(3);
  await eventuallyFree(expect, to);
  const jobId = await start(to, type, request);
  await expect.poll(async () => (await describe(to, jobId)).state, { timeout: 10_000 }).toBe(completed);
  return describe(to, jobId);
}

/** Only so many batches run at a time, and those of other tests count. */
async function eventuallyFree(expect: ExpectStatic, to: Environment): Promise<void> {
  const states = async () =>
    (await to.service.listBatchOperations({ namespace: 'default' })).operationInfo.map(({ state }) => state);
  await expect.poll(states, { timeout: 20_000 }).not.toContain(running);
}

async function start(to: Environment, type: string, request: Request): Promise<string> {
  const jobId = randomUUID();
  const visibilityQuery = `WorkflowType = '${type}'`;
  await to.service.startBatchOperation({ namespace: 'default', jobId, reason: 'tidying', visibilityQuery, ...request });
  return jobId;
}

function describe(to: Environment, jobId: string): Promise<api.service.IDescribeBatchOperationResponse> {
  return to.service.describeBatchOperation({ namespace: 'default', jobId });
}
