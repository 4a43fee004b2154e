import type { FlagSpec } from '../../command.js';
import type { Flags } from '../../flags.js';
import type { JsonObject } from '../../json.js';

/** Flags that name one execution. */
export const EXECUTION_FLAGS: readonly FlagSpec[] = [
  { flags: '-w, --workflow-id <id>', description: 'the workflow id', required: true },
  { flags: '-r, --run-id <id>', description: 'the run (default: the latest)' },
];

/** The execution that the flags name. */
export function executionOf(flags: Flags): JsonObject {
  return { workflowId: flags.required('workflow-id'), runId: flags.text('run-id') ?? '' };
}
