import type { FlagSpec } from '../../command.js';
import type { Flags } from '../../flags.js';
import type { JsonObject } from '../../json.js';

/** The flag that says which run of an execution is meant. */
export const RUN_FLAG: FlagSpec = { flags: '-r, --run-id <id>', description: 'the run (default: the latest)' };

/** Flags that name one execution. */
export const EXECUTION_FLAGS: readonly FlagSpec[] = [
  { flags: '-w, --workflow-id <id>', description: 'the workflow id', required: true },
  RUN_FLAG,
];

/** The execution that the flags name. */
export function executionOf(flags: Flags): JsonObject {
  return { workflowId: flags.required('workflow-id'), runId: flags.text('run-id') ?? '' };
}
