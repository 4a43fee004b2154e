import type { CommandSpec } from '../../command.js';
import { inputFlags, inputPayloads } from '../../payloads.js';
import { START_FLAGS, startRequest } from './start-request.js';
import { describeStart } from './started.js';

/** `perdure workflow signal-with-start`. */
export const workflowSignalWithStart: CommandSpec = {
  path: 'workflow signal-with-start',
  summary: 'Start a workflow execution unless it runs, and send it a signal',
  details: 'Either both happen or neither. --input is for the workflow, --signal-input for the signal.',
  example: `perdure workflow signal-with-start -w cart-7 -t shop --type Cart --signal-name addItem --signal-input '"pizza"'`,
  flags: [
    ...START_FLAGS,
    { flags: '--signal-name <signal>', description: 'name of the signal', required: true },
    ...inputFlags('signal-'),
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = {
      ...startRequest(flags, opened),
      signalName: flags.required('signal-name'),
      signalInput: inputPayloads(flags, 'signal-'),
    };
    const answer = await opened.call('SignalWithStartWorkflowExecution', request);
    const { title, entries, json } = describeStart(request, answer);
    await output.card(title, entries, json);
  },
};
