import type { CommandContext, FlagSpec } from '../../command.js';
import type { JsonObject } from '../../json.js';
import { RUN_FLAG } from '../workflow/execution.js';

/** Flags that name an activity of an execution. */
export const ACTIVITY_FLAGS: readonly FlagSpec[] = [
  { flags: '-a, --activity-id <id>', description: 'the activity id, as "workflow describe" shows it', required: true },
  { flags: '-w, --workflow-id <id>', description: 'the workflow id', required: true },
  RUN_FLAG,
];

/** The activity that the flags name, with who acts on it. */
export async function activityOf({ flags, session }: CommandContext): Promise<JsonObject> {
  const { namespace, identity } = await session();
  return {
    namespace,
    identity,
    workflowId: flags.required('workflow-id'),
    runId: flags.text('run-id') ?? '',
    activityId: flags.required('activity-id'),
  };
}
