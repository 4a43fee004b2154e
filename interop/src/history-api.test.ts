import { test } from 'vitest';
import { api, commands, connect, eventTypes, expectStatus, transcript } from './harness/index.js';

const environment = await connect();
const { service } = environment;
const closeEvent = api.enums.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT;
type Request = api.service.IGetWorkflowExecutionHistoryRequest;

test('history comes in pages of the asked size, in order and complete', async ({ expect }) => {
  const { execution, worker } = await signalledWorkflow(6);
  await worker.step([commands.completeWorkflow()]);
  const whole = await environment.closedHistory(execution);
  const pages = await pagesOf(execution, { maximumPageSize: 3 });
  expect(pages.length).toBeGreaterThan(2);
  expect(pages.flat().map(({ eventId }) => Number(eventId))).toEqual(whole.map((_, index) => index + 1));
});

test('history in reverse is the same history backwards', async ({ expect }) => {
  const { execution, worker } = await signalledWorkflow(4);
  await worker.step([commands.completeWorkflow()]);
  const forward = await environment.closedHistory(execution);
  const backward: api.history.IHistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { namespace: 'default', execution, maximumPageSize: 3, nextPageToken };
    const page = await service.getWorkflowExecutionHistoryReverse(request);
    backward.push(...page.history!.events!);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  expect(transcript(backward.reverse())).toBe(transcript(forward));
});

test('waiting for new events answers when something happens', async ({ expect }) => {
  const { execution } = await signalledWorkflow(0);
  const first = await service.getWorkflowExecutionHistory({ namespace: 'default', execution, waitNewEvent: true });
  expect(first.nextPageToken.length).toBeGreaterThan(0);
  const next = service.getWorkflowExecutionHistory({
    namespace: 'default',
    execution,
    waitNewEvent: true,
    nextPageToken: first.nextPageToken,
  });
  await signal(execution.workflowId, 'news');
  expect(eventTypes((await next).history!.events!)).toContain('WorkflowExecutionSignaled');
});

test('waiting for the close event answers with that event alone', async ({ expect }) => {
  const { execution, worker } = await signalledWorkflow(0);
  const waiting = closeEventOf(execution);
  await worker.step([commands.completeWorkflow('r')]);
  expect(eventTypes(await waiting)).toEqual(['WorkflowExecutionCompleted']);
  expect(eventTypes(await closeEventOf(execution))).toEqual(['WorkflowExecutionCompleted']);
});

test('the close event of a run that continued as new names the next run', async ({ expect }) => {
  const { execution, worker } = await signalledWorkflow(0);
  await worker.step([
    commands.continueAsNew({ workflowType: { name: 'scripted' }, taskQueue: { name: worker.taskQueue } }),
  ]);
  const [event] = await closeEventOf(execution);
  const newRunId = event!.workflowExecutionContinuedAsNewEventAttributes!.newExecutionRunId;
  const task = await worker.step([commands.completeWorkflow()]);
  expect(task.workflowExecution!.runId).toBe(newRunId);
});

test('a page token stays with its run when a new run begins', async ({ expect }) => {
  const { execution, worker } = await signalledWorkflow(5);
  const first = await service.getWorkflowExecutionHistory({
    namespace: 'default',
    execution: { workflowId: execution.workflowId },
    maximumPageSize: 2,
  });
  await worker.step([
    commands.continueAsNew({ workflowType: { name: 'scripted' }, taskQueue: { name: worker.taskQueue } }),
  ]);
  const rest = await pagesOf(
    { workflowId: execution.workflowId },
    { maximumPageSize: 2, nextPageToken: first.nextPageToken },
  );
  const types = eventTypes([...first.history!.events!, ...rest.flat()]);
  expect(types.filter((type) => type === 'WorkflowExecutionStarted')).toHaveLength(1);
  expect(types.filter((type) => type === 'WorkflowExecutionSignaled')).toHaveLength(5);
});

test('history of the unknown, and malformed tokens, are refused', async () => {
  const { execution } = await signalledWorkflow(0);
  const nextPageToken = Buffer.from('no such token');
  await expectStatus(
    service.getWorkflowExecutionHistory({ namespace: 'default', execution, nextPageToken }),
    'INVALID_ARGUMENT',
    /token/i,
  );
  const request = { namespace: 'default', execution, nextPageToken };
  await expectStatus(service.getWorkflowExecutionHistoryReverse(request), 'INVALID_ARGUMENT', /token/i);
  const unknownRun = { workflowId: execution.workflowId, runId: crypto.randomUUID() };
  await expectStatus(environment.history(unknownRun), 'NOT_FOUND');
  await expectStatus(environment.history({ workflowId: environment.uniqueId('nobody') }), 'NOT_FOUND');
});

test('the official client follows and fetches histories', async ({ expect }) => {
  const { execution, worker } = await signalledWorkflow(2);
  const handle = environment.client.workflow.getHandle(execution.workflowId);
  const result = handle.result();
  await worker.step([commands.completeWorkflow({ answer: 42 })]);
  expect(await result).toEqual({ answer: 42 });
  const { events } = await handle.fetchHistory();
  expect(eventTypes(events!).at(-1)).toBe('WorkflowExecutionCompleted');
  expect((await handle.describe()).historyLength).toBe(events!.length);
});

async function signalledWorkflow(count: number): Promise<{
  execution: { workflowId: string; runId: string };
  worker: ReturnType<typeof environment.scriptedWorker>;
}> {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  for (let index = 0; index < count; index++) await signal(execution.workflowId, `s${index}`);
  return { execution, worker };
}

async function signal(workflowId: string, signalName: string): Promise<void> {
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId }, signalName });
}

async function pagesOf(
  execution: api.common.IWorkflowExecution,
  request: Request,
): Promise<api.history.IHistoryEvent[][]> {
  const pages: api.history.IHistoryEvent[][] = [];
  let { nextPageToken } = request;
  do {
    const page = await service.getWorkflowExecutionHistory({
      namespace: 'default',
      execution,
      ...request,
      nextPageToken,
    });
    pages.push(page.history!.events!);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  return pages;
}

async function closeEventOf(execution: api.common.IWorkflowExecution): Promise<api.history.IHistoryEvent[]> {
  return (await pagesOf(execution, { waitNewEvent: true, historyEventFilterType: closeEvent })).flat();
}
