import type { CommandContext, CommandSpec, FlagSpec } from '../../command.js';
import { CommandError } from '../../errors.js';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../../json.js';
import { inputFlags } from '../../payloads.js';
import { LONG_POLL_TIMEOUT_MS } from './history.js';
import { START_FLAGS, startRequest } from './start-request.js';
import { awaitUpdate, showAccepted, showOutcome, updateRequest, type Stage } from './update/request.js';

const NAMES = {
  name: 'update-name',
  inputPrefix: 'update-',
  firstRunId: 'update-first-execution-run-id',
} as const;

const FLAGS: readonly FlagSpec[] = [
  ...START_FLAGS.map((flag) =>
    flag.flags.includes('--workflow-id')
      ? { flags: '-w, --workflow-id <id>', description: 'id of the execution', required: true }
      : flag,
  ),
  { flags: '--run-id <id>', description: 'only if this is the run that gets the update' },
  { flags: '--update-name <update>', description: 'name of the update', required: true },
  { flags: '--update-id <id>', description: 'id of the update; the same id twice is one update (default: a new one)' },
  { flags: '--update-first-execution-run-id <id>', description: 'only if the execution began with this run' },
  ...inputFlags('update-'),
];

/** `perdure workflow execute-update-with-start`. */
export const workflowExecuteUpdateWithStart: CommandSpec = {
  path: 'workflow execute-update-with-start',
  aliases: ['update-with-start'],
  summary: 'Start a workflow execution unless it runs, send it an update, and wait for its result',
  details:
    'Either both happen or neither. --input is for the workflow, --update-input for the update. A running execution is used unless --id-conflict-policy says otherwise.',
  example: `perdure workflow execute-update-with-start -w cart-7 -t shop --type Cart --update-name addItem --update-input '"pizza"'`,
  flags: FLAGS,
  run: async (context) => {
    const { answer, words, runId, session, workflowId } = await send(context, 'COMPLETED');
    const updateRef = { workflowExecution: { workflowId, runId }, updateId: textAt(answer, 'updateRef.updateId') };
    const outcome = isObject(answer['outcome']) ? answer : { updateRef, ...(await awaitUpdate(session, updateRef)) };
    await showOutcome(context, outcome, words);
  },
};

/** `perdure workflow start-update-with-start`. */
export const workflowStartUpdateWithStart: CommandSpec = {
  path: 'workflow start-update-with-start',
  summary: 'Start a workflow execution unless it runs, send it an update, and return once that is accepted',
  example: `perdure workflow start-update-with-start -w cart-7 -t shop --type Cart --update-name addItem --update-input '"pizza"' --update-wait-for-stage accepted`,
  flags: [
    ...FLAGS,
    {
      flags: '--update-wait-for-stage <stage>',
      description: 'come back when the update is: accepted (the only one there is)',
      values: ['accepted'],
    },
  ],
  run: async (context) => {
    context.flags.oneOf('update-wait-for-stage', ['accepted']);
    const { answer, words } = await send(context, 'ACCEPTED');
    if (answer['outcome'] === undefined) await showAccepted(context, answer, words);
    else await showOutcome(context, answer, words);
  },
};

async function send(context: CommandContext, stage: Stage) {
  const { flags } = context;
  const session = await context.session();
  const startWorkflow: JsonObject = {
    workflowIdConflictPolicy: 'WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING',
    ...JSON.parse(JSON.stringify(startRequest(flags, session))),
  };
  const workflowId = textAt(startWorkflow, 'workflowId');
  const updateWorkflow = updateRequest(flags, session, { workflowId, runId: flags.text('run-id') ?? '' }, stage, NAMES);
  const request = { namespace: session.namespace, operations: [{ startWorkflow }, { updateWorkflow }] };
  const answer = await session
    .call('ExecuteMultiOperation', request, { timeoutMs: LONG_POLL_TIMEOUT_MS })
    .catch(async (error: unknown) => {
      const { failedOperation } = await import('../../connection/call-errors.js');
      const reason = failedOperation(error);
      throw reason === undefined ? error : new CommandError(reason);
    });
  const [started, updated] = listAt(answer, 'responses');
  const runId = textAt(started, 'startWorkflow.runId');
  const of = {
    workflowId,
    runId,
    type: textAt(startWorkflow, 'workflowType.name'),
    namespace: session.namespace,
    taskQueue: textAt(startWorkflow, 'taskQueue.name'),
  };
  const name = flags.required('update-name');
  return { session, workflowId, runId, answer: objectAt(updated, 'updateWorkflow'), words: { name, json: jsonOf(of) } };
}

/** Beside what says which execution it is, names have to say what they belong to. */
function jsonOf(execution: JsonObject): (told: JsonObject) => JsonObject {
  return ({ name, result, ...told }) => ({
    ...execution,
    updateName: name,
    ...told,
    ...(result === undefined ? {} : { updateResult: result }),
  });
}
