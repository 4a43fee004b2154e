import type { CommandContext, CommandSpec } from '../../command.js';
import { at, textAt, type JsonObject } from '../../json.js';
import { payloadValues } from '../../payloads.js';
import { START_FLAGS, startRequest } from './start-request.js';
import { waitForResult } from './wait-for-result.js';

/** `perdure workflow start`. */
export const workflowStart: CommandSpec = {
  path: 'workflow start',
  summary: 'Start a workflow execution and return at once',
  example: `perdure workflow start -t hello-world --type MyWorkflow -w 123 -i '"Ada"'`,
  flags: START_FLAGS,
  run: async (context) => void (await start(context)),
};

/** `perdure workflow execute`. */
export const workflowExecute: CommandSpec = {
  path: 'workflow execute',
  summary: 'Start a workflow execution and wait for its result',
  example: `perdure workflow execute -t hello-world --type MyWorkflow -i '"Ada"'`,
  flags: START_FLAGS,
  run: async (context) => {
    const { workflowId, runId } = await start(context, context.output.format === 'table');
    await waitForResult(context, String(workflowId), String(runId));
  },
};

async function start({ flags, output, session }: CommandContext, isShown = true): Promise<JsonObject> {
  const opened = await session();
  const request = startRequest(flags, opened);
  const answer = await opened.call('StartWorkflowExecution', request);
  const started = {
    workflowId: textAt(request, 'workflowId'),
    runId: textAt(answer, 'runId'),
    type: textAt(request, 'workflowType.name'),
    namespace: opened.namespace,
    taskQueue: textAt(request, 'taskQueue.name'),
    args: payloadValues(request, 'input'),
  };
  if (!isShown) return started;
  const entries = ['workflowId', 'runId', 'type', 'namespace', 'taskQueue', 'args'].map(
    (name) => [name.charAt(0).toUpperCase() + name.slice(1), textAt(started, name)] as const,
  );
  await output.card(at(answer, 'started') === false ? 'Existing execution:' : 'Running execution:', entries, started);
  return started;
}
