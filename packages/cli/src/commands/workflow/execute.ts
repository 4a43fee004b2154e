import type { CommandSpec } from '../../command.js';
import { attributesOf } from './history.js';
import { eventLine } from './names.js';
import { START_FLAGS } from './start-request.js';
import { start } from './started.js';
import { showResult, waitUntilClosed } from './wait-for-result.js';

/** `perdure workflow execute`. */
export const workflowExecute: CommandSpec = {
  path: 'workflow execute',
  summary: 'Start a workflow execution, show what happens, and wait for its result',
  details: 'Ctrl-C stops the waiting, not the execution. The exit code is 1 unless the execution completes.',
  example: `perdure workflow execute -t hello-world --type MyWorkflow -i '"Ada"'`,
  flags: [
    ...START_FLAGS,
    { flags: '--detailed', description: 'show what each event says; with -o json, the whole history' },
    { flags: '--event-details', description: 'older name of --detailed', isHidden: true },
  ],
  run: async (context) => {
    const { output, flags } = context;
    const startedAt = performance.now();
    const { title, entries, json } = await start(context);
    const isDetailed = flags.isSet('detailed') || flags.isSet('event-details');
    const { type, namespace, taskQueue } = json;
    if (!output.isForPeople) {
      const onEvents = isDetailed ? (): void => undefined : undefined;
      const closed = await waitUntilClosed(context, json.workflowId, json.runId, onEvents);
      const durationMillis = Math.round(performance.now() - startedAt);
      const history = isDetailed ? { history: { events: closed.events } } : {};
      return showResult(context, closed, { type, namespace, taskQueue, durationMillis, ...history });
    }
    await output.card(title, entries, json);
    output.text('\nProgress:\n');
    let shownRunId = json.runId;
    const closed = await waitUntilClosed(context, json.workflowId, json.runId, (events, runId) => {
      if (runId !== shownRunId) output.text(`  continued as run ${runId}\n`);
      shownRunId = runId;
      for (const event of events) {
        output.text(eventLine(event));
        if (isDetailed) output.text(`        ${JSON.stringify(attributesOf(event))}\n`);
      }
    });
    output.text('\n');
    await showResult(context, closed, {});
  },
};
