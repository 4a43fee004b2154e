import { makeProtoEnumConverters } from '@perdure/common/internal';
import type { enums } from '@perdure/protocol';

/** How far an update has come. */
export const WorkflowUpdateStage = {
  /** The server has it. Not a stage that can be waited for. */
  ADMITTED: 'ADMITTED',
  /** The workflow's validator let it pass. */
  ACCEPTED: 'ACCEPTED',
  /** Its handler has finished. */
  COMPLETED: 'COMPLETED',
  /** @deprecated Leave it out. */
  UNSPECIFIED: undefined,
} as const;
/** One of {@link WorkflowUpdateStage}. */
export type WorkflowUpdateStage = (typeof WorkflowUpdateStage)[keyof typeof WorkflowUpdateStage];

/** Converts {@link WorkflowUpdateStage} to `temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage`. */
export const [encodeWorkflowUpdateStage] = makeProtoEnumConverters<
  typeof enums.UpdateWorkflowExecutionLifecycleStage,
  'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_'
>({ UNSPECIFIED: 0, ADMITTED: 1, ACCEPTED: 2, COMPLETED: 3 }, 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_');
