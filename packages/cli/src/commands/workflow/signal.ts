import type { CommandSpec } from '../../command.js';
import { inputFlags, inputPayloads } from '../../payloads.js';
import { act, TARGET_FLAGS } from './targets.js';
import { newId } from '../../ids.js';

/** `perdure workflow signal`. */
export const workflowSignal: CommandSpec = {
  path: 'workflow signal',
  summary: 'Send a signal to a workflow execution',
  example: `perdure workflow signal -w 123 --name approve -i '{"by":"Ada"}'`,
  flags: [
    { flags: '--name <signal>', description: 'name of the signal', required: true },
    ...TARGET_FLAGS,
    ...inputFlags(),
  ],
  run: (context) =>
    act(context, {
      method: 'SignalWorkflowExecution',
      verb: 'Signal',
      done: 'Signalled',
      details: ({ flags }, { identity }) => ({
        signalName: flags.required('name'),
        input: inputPayloads(flags),
        identity,
        requestId: newId(),
      }),
      operation: ({ flags }, { identity }) => ({
        signalOperation: { signal: flags.required('name'), input: inputPayloads(flags), identity },
      }),
    }),
};
