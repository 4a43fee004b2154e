import { randomUUID } from 'node:crypto';
import type { CommandContext, CommandSpec } from '../../command.js';
import type { MethodName, Session } from '../../connection/session.js';
import { UsageError } from '../../errors.js';
import type { JsonObject } from '../../json.js';
import { INPUT_FLAGS, inputPayloads } from '../../payloads.js';
import { executionOf } from './execution.js';

const TARGET_FLAGS = [
  { flags: '-w, --workflow-id <id>', description: 'the workflow id' },
  { flags: '-r, --run-id <id>', description: 'the run (default: the latest)' },
  { flags: '-q, --query <filter>', description: 'instead of an id: all executions that match, as a batch' },
  { flags: '-y, --yes', description: 'accepted for compatibility; a batch is never asked about' },
  { flags: '--reason <text>', description: 'why, as the history will say' },
];

interface Act {
  readonly method: MethodName;
  readonly operation: string;
  readonly done: string;
  /** Whether the method calls the execution `workflowExecution` (else `execution`). */
  readonly field: 'workflowExecution' | 'execution';
  readonly details: (context: CommandContext, session: Session) => JsonObject;
  readonly batchDetails?: (context: CommandContext, session: Session) => JsonObject;
}

/** `perdure workflow signal`. */
export const workflowSignal: CommandSpec = {
  path: 'workflow signal',
  summary: 'Send a signal to a workflow execution',
  example: `perdure workflow signal -w 123 --name approve -i '{"by":"Ada"}'`,
  flags: [
    { flags: '--name <signal>', description: 'name of the signal', required: true },
    ...TARGET_FLAGS,
    ...INPUT_FLAGS,
  ],
  run: (context) =>
    act(context, {
      method: 'SignalWorkflowExecution',
      operation: 'signalOperation',
      done: 'Signal sent',
      field: 'workflowExecution',
      details: ({ flags }, { identity }) => ({
        signalName: flags.required('name'),
        input: inputPayloads(flags),
        identity,
        requestId: randomUUID(),
      }),
      batchDetails: ({ flags }, { identity }) => ({
        signal: flags.required('name'),
        input: inputPayloads(flags),
        identity,
      }),
    }),
};

/** `perdure workflow cancel`. */
export const workflowCancel: CommandSpec = {
  path: 'workflow cancel',
  summary: 'Ask a workflow execution to cancel itself',
  example: 'perdure workflow cancel -w 123',
  flags: TARGET_FLAGS,
  run: (context) =>
    act(context, {
      method: 'RequestCancelWorkflowExecution',
      operation: 'cancellationOperation',
      done: 'Cancellation requested',
      field: 'workflowExecution',
      details: ({ flags }, { identity }) => ({ identity, requestId: randomUUID(), reason: flags.text('reason') ?? '' }),
    }),
};

/** `perdure workflow terminate`. */
export const workflowTerminate: CommandSpec = {
  path: 'workflow terminate',
  summary: 'End a workflow execution at once; its code is not told',
  example: 'perdure workflow terminate -w 123 --reason "stuck"',
  flags: TARGET_FLAGS,
  run: (context) =>
    act(context, {
      method: 'TerminateWorkflowExecution',
      operation: 'terminationOperation',
      done: 'Workflow terminated',
      field: 'workflowExecution',
      details: ({ flags }, { identity }) => ({ identity, reason: flags.text('reason') ?? '' }),
    }),
};

/** `perdure workflow delete`. */
export const workflowDelete: CommandSpec = {
  path: 'workflow delete',
  summary: 'Delete a workflow execution with its history',
  example: 'perdure workflow delete -w 123',
  flags: TARGET_FLAGS,
  run: (context) =>
    act(context, {
      method: 'DeleteWorkflowExecution',
      operation: 'deletionOperation',
      done: 'Deletion requested',
      field: 'workflowExecution',
      details: () => ({}),
    }),
};

async function act(
  context: CommandContext,
  { method, operation, done, field, details, batchDetails }: Act,
): Promise<void> {
  const { flags, output } = context;
  const query = flags.text('query');
  if ((query === undefined) === (flags.text('workflow-id') === undefined))
    throw new UsageError('name the executions with either --workflow-id or --query');
  const opened = await context.session();
  if (query === undefined) {
    const request = { namespace: opened.namespace, [field]: executionOf(flags), ...details(context, opened) };
    return output.done(`${done}: ${flags.required('workflow-id')}`, await opened.call(method, request));
  }
  const jobId = randomUUID();
  await opened.call('StartBatchOperation', {
    namespace: opened.namespace,
    jobId,
    visibilityQuery: query,
    reason: flags.text('reason') ?? `perdure ${method}`,
    [operation]: (batchDetails ?? (() => ({ identity: opened.identity })))(context, opened),
  });
  output.done(`Started batch ${jobId}`, { batchJobId: jobId });
}
