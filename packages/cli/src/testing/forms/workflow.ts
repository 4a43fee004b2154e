import { history, sdk, workflow, workflowservice } from '@perdure/protocol';
import { BUILD_ID } from '../worker.js';
import type { Form, Forms, World } from './form.js';
import { anything, count, either, exactly, listOf, message, optional, shape, text } from './shape.js';

const EXECUTION = { workflowId: text, runId: text, type: text, namespace: text, taskQueue: text };
const STARTED = shape({ ...EXECUTION, args: anything });
const CLOSED = { ...EXECUTION, status: text, closeEvent: message(history.HistoryEvent), result: optional(anything) };
const ASKED = message(workflowservice.QueryWorkflowResponse);

/** What is done to many executions: by the server, or by the command where the server has no batches. */
const MANY = either(
  shape({ batchJobId: text }),
  shape({ total: count, done: count, skipped: count, failed: exactly([]) }),
);

const order = (id: string, { queue }: World): readonly string[] => ['-t', queue, '--type', 'order', '-w', id];
const quick = (id: string, { queue }: World): readonly string[] => [
  '-t',
  queue,
  '--type',
  'countdown',
  '-w',
  id,
  '-i',
  '0',
];
const startOrder: NonNullable<Form['prepare']> = (id, world) => world.startOrder(id);
const startListedOrder: NonNullable<Form['prepare']> = (id, world) => world.startListedOrder(id);
const runQuick: NonNullable<Form['prepare']> = async (id, world) =>
  void (await world.cli.text('workflow', 'execute', ...quick(id, world)));

/** A command that acts on an order that waits. */
const acting = (document: Form['document'], ...more: readonly string[]): Form => ({
  ...(document === undefined ? {} : { document }),
  prepare: startOrder,
  words: (id) => ['-w', id, ...more],
});

/** The forms of what starts executions, asks them and acts on them. */
export const WORKFLOW_FORMS: Forms = {
  'workflow start': {
    document: STARTED,
    like: (id) => ({ workflowId: id, args: ['pizza'] }),
    words: (id, world) => [...order(id, world), '-i', '"pizza"'],
  },
  'workflow execute': {
    document: shape({ ...CLOSED, durationMillis: count, history: message(history.History) }),
    like: (id) => ({ workflowId: id, status: 'COMPLETED', result: 'done' }),
    words: (id, world) => [...quick(id, world), '--detailed'],
  },
  'workflow describe': [
    {
      ...acting(message(workflowservice.DescribeWorkflowExecutionResponse)),
      like: (id) => ({ workflowExecutionInfo: { execution: { workflowId: id } }, executionConfig: {} }),
    },
    {
      items: message(workflow.ResetPointInfo),
      like: () => [{ buildId: BUILD_ID, firstWorkflowTaskCompletedId: '4' }],
      prepare: startOrder,
      words: (id) => ['-w', id, '--reset-points'],
    },
  ],
  'workflow list': {
    items: message(workflow.WorkflowExecutionInfo),
    like: (id) => [{ execution: { workflowId: id }, type: { name: 'order' } }],
    prepare: startOrder,
    words: (id) => ['--query', `WorkflowId = '${id}'`],
  },
  'workflow count': {
    document: message(workflowservice.CountWorkflowExecutionsResponse),
    like: () => ({ groups: [{ groupValues: [{ metadata: { encoding: btoa('json/plain') } }] }] }),
    prepare: startListedOrder,
    words: (id) => ['--query', `WorkflowId = '${id}' GROUP BY ExecutionStatus`],
  },
  'workflow show': {
    document: message(history.History),
    lines: message(history.HistoryEvent),
    prepare: runQuick,
    words: (id) => ['-w', id],
  },
  'workflow result': {
    document: shape(CLOSED),
    like: (id) => ({
      workflowId: id,
      status: 'COMPLETED',
      result: 'done',
      closeEvent: { workflowExecutionCompletedEventAttributes: {} },
    }),
    prepare: runQuick,
    words: (id) => ['-w', id],
  },
  'workflow query': {
    ...acting(ASKED, '--name', 'items'),
    like: () => ({ queryResult: { payloads: [{ data: btoa('["pizza"]') }] } }),
  },
  'workflow stack': acting(ASKED),
  'workflow metadata': { ...acting(message(sdk.WorkflowMetadata)), like: () => ({ definition: { type: 'order' } }) },
  'workflow signal': acting(
    message(workflowservice.SignalWorkflowExecutionResponse),
    '--name',
    'approve',
    '-i',
    '{"by":"Ada"}',
  ),
  'workflow signal-with-start': {
    document: STARTED,
    words: (id, world) => [
      ...order(id, world),
      '-i',
      '"pizza"',
      '--signal-name',
      'approve',
      '--signal-input',
      '{"by":"Ada"}',
    ],
  },
  'workflow cancel': acting(message(workflowservice.RequestCancelWorkflowExecutionResponse)),
  'workflow terminate': [
    acting(message(workflowservice.TerminateWorkflowExecutionResponse)),
    { document: MANY, prepare: startListedOrder, words: (id) => ['--query', `WorkflowId = '${id}'`, '--yes'] },
  ],
  'workflow delete': acting(message(workflowservice.DeleteWorkflowExecutionResponse)),
  'workflow reset': acting(message(workflowservice.ResetWorkflowExecutionResponse), '--type', 'FirstWorkflowTask'),
  'workflow reset with-workflow-update-options': acting(
    message(workflowservice.ResetWorkflowExecutionResponse),
    ...['-e', '4', '--versioning-override-behavior', 'unspecified'],
  ),
  'workflow reset-batch': [
    {
      items: shape({ workflowId: text, runId: text, eventId: exactly('4') }),
      prepare: startListedOrder,
      words: (id) => ['--query', `WorkflowId = '${id}'`, '--type', 'LastWorkflowTask', '--dry-run'],
    },
    {
      document: MANY,
      prepare: startListedOrder,
      words: (id) => ['--query', `WorkflowId = '${id}'`, '--type', 'LastWorkflowTask', '--yes'],
    },
  ],
  'workflow trace': {
    document: traced(3),
    like: (id) => ({
      workflowId: id,
      type: 'manual',
      state: 'completed',
      steps: [{ kind: 'activity', name: 'byHand' }],
    }),
    prepare: async (id, world) => {
      await world.startManual(id);
      await world.cli.text('activity', 'complete', '-w', id, '-a', '1', '--result', '1');
    },
    words: (id) => ['-w', id],
  },
  'workflow update-options': [
    acting(
      message(workflowservice.UpdateWorkflowExecutionOptionsResponse),
      ...['--versioning-override-behavior', 'unspecified'],
    ),
    {
      ...acting(
        message(workflowservice.UpdateWorkflowExecutionOptionsResponse),
        ...['--versioning-override-behavior', 'auto_upgrade'],
      ),
      like: () => ({ workflowExecutionOptions: { versioningOverride: { autoUpgrade: true } } }),
      needs: 'version overrides',
      refusedWith: 'FAILED_PRECONDITION',
    },
  ],
  'workflow fix-history-json': {
    document: message(history.History),
    prepare: async (id, { cli }) => {
      await cli.text('workflow', 'start', '-t', 'nobody', '--type', 'T', '-w', id, '--identity', BUILD_ID);
      return cli.file(`${id}.json`, await cli.text('workflow', 'show', '-w', id, '-o', 'json'));
    },
    words: (file) => ['--source', file],
  },
};

/** An execution with its steps, and below these, to some depth, those of its children. */
function traced(depth: number): NonNullable<Form['document']> {
  const state = { state: text, startedAt: text, endedAt: anything, reason: anything };
  const step = shape({
    kind: text,
    name: text,
    id: text,
    ...state,
    ...(depth > 0 ? { execution: optional(traced(depth - 1)) } : {}),
  });
  return shape({ workflowId: text, runId: anything, type: text, ...state, earlierRuns: count, steps: listOf(step) });
}
