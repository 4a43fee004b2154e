import { batch, schedule, workflowservice } from '@perdure/protocol';
import { expect } from 'vitest';
import { eventually } from '../eventually.js';
import type { Form, Forms, World } from './form.js';
import { exactly, message, shape } from './shape.js';

const DESCRIBED = message(workflowservice.DescribeTaskQueueResponse);

/** A command that acts on an activity which waits to be ended by hand. */
const byHand = (document: Form['document'], ...more: readonly string[]): Form => ({
  ...(document === undefined ? {} : { document }),
  prepare: (id, world) => world.startManual(id),
  words: (id) => ['-w', id, '-a', '1', ...more],
});

/** A command that acts on a schedule. */
const onSchedule = (form: Pick<Form, 'document' | 'items' | 'like'>, ...more: readonly string[]): Form => ({
  ...form,
  needs: 'schedules',
  prepare: async (id, { cli }) => {
    await cli.text('schedule', 'create', '-s', id, ...WHEN, ...ACTION);
    await eventually(() => cli.text('schedule', 'list')).toContain(id);
  },
  words: (id) => ['-s', id, ...more],
});

const WHEN = ['--cron', '30 2 * * *', '--interval', '1h/15m', '--calendar', '{"dayOfWeek":"Fri","hour":"17"}'];
const ACTION = ['-t', 'nobody', '--type', 'Report', '-i', '1', '--notes', 'for the bank'];
const PATCHED = { document: message(workflowservice.PatchScheduleResponse) };
const RANGE = ['--start-time', '2026-11-01T00:00:00Z', '--end-time', '2026-11-01T08:00:00Z'];

/** Starts a batch; gives its id. */
async function startBatch(id: string, { cli, startListedOrder }: World): Promise<string> {
  await startListedOrder(id);
  return batchIdIn(await cli.json('workflow', 'cancel', '--query', `WorkflowId = '${id}'`, '--yes'));
}

/** Starts a batch that is not done at once: it fails, and is tried again; gives its id. */
async function startLongBatch(id: string, { cli, startListedOrder }: World): Promise<string> {
  for (const each of [1, 2, 3])
    await cli.text('workflow', 'start', '-t', 'nobody', '--type', 'T', '-w', `${id}-${each}`);
  await startListedOrder(id);
  const reset = ['--type', 'LastWorkflowTask', '--rps', '0.1', '--yes'];
  return batchIdIn(await cli.json('workflow', 'reset', '--query', `WorkflowId STARTS_WITH '${id}'`, ...reset));
}

function batchIdIn(started: unknown): string {
  return (started as { readonly batchJobId: string }).batchJobId;
}

/** The forms of activities, task queues, schedules and batches. */
export const WORK_FORMS: Forms = {
  'activity complete': byHand(message(workflowservice.RespondActivityTaskCompletedByIdResponse), '--result', '1'),
  'activity fail': byHand(message(workflowservice.RespondActivityTaskFailedByIdResponse), '--reason', 'no pen'),
  'activity heartbeat': byHand(shape({ cancelRequested: exactly(false) }), '--detail', '7'),
  'activity report-cancelled': {
    ...byHand(message(workflowservice.RespondActivityTaskCanceledByIdResponse)),
    prepare: async (id, world) => {
      await world.startManual(id);
      await world.cli.text('workflow', 'cancel', '-w', id);
      await eventually(() => world.cli.json('activity', 'heartbeat', '-w', id, '-a', '1')).toEqual({
        cancelRequested: true,
      });
    },
  },
  'task-queue describe': [
    {
      document: shape({ workflow: DESCRIBED, activity: DESCRIBED }),
      words: (_, { queue }) => ['-t', queue],
    },
    {
      document: DESCRIBED,
      like: () => ({ pollers: [{}] }),
      words: (_, { queue }) => ['-t', queue, '--task-queue-type', 'workflow'],
    },
  ],
  'task-queue list-partition': {
    document: message(workflowservice.ListTaskQueuePartitionsResponse),
    like: () => ({ workflowTaskQueuePartitions: expect.any(Array) as unknown }),
    words: (_, { queue }) => ['-t', queue],
  },
  'schedule create': {
    document: message(workflowservice.CreateScheduleResponse),
    needs: 'schedules',
    words: (id) => ['-s', id, ...WHEN, ...ACTION, '--overlap-policy', 'BufferOne', '--paused'],
  },
  'schedule describe': onSchedule({
    document: message(workflowservice.DescribeScheduleResponse),
    like: () => ({
      schedule: { state: { notes: 'for the bank' }, action: { startWorkflow: { workflowType: { name: 'Report' } } } },
      info: {},
    }),
  }),
  'schedule list': {
    ...onSchedule({
      items: message(schedule.ScheduleListEntry),
      like: () => [{ info: { workflowType: { name: 'Report' } } }],
    }),
    words: () => ['--limit', '1'],
  },
  'schedule update': onSchedule(
    { document: message(workflowservice.UpdateScheduleResponse) },
    ...['--interval', '2h', ...ACTION, '--jitter', '5m', '--remaining-actions', '3'],
  ),
  'schedule toggle': onSchedule(PATCHED, '--pause', '--reason', 'the bank is closed'),
  'schedule trigger': onSchedule(PATCHED),
  'schedule backfill': onSchedule(PATCHED, ...RANGE, '--overlap-policy', 'AllowAll'),
  'schedule delete': onSchedule({ document: message(workflowservice.DeleteScheduleResponse) }),
  'batch list': {
    items: message(batch.BatchOperationInfo),
    needs: 'batches',
    prepare: startBatch,
    words: () => ['--limit', '1'],
  },
  'batch describe': {
    document: message(workflowservice.DescribeBatchOperationResponse),
    like: (jobId) => ({ jobId, operationType: expect.stringMatching(/^BATCH_OPERATION_TYPE_CANCEL/) as string }),
    needs: 'batches',
    prepare: startBatch,
    words: (jobId) => ['--job-id', jobId],
  },
  'batch terminate': {
    document: message(workflowservice.StopBatchOperationResponse),
    needs: 'batches',
    prepare: startLongBatch,
    words: (jobId) => ['--job-id', jobId, '--reason', 'wrong filter'],
  },
};
