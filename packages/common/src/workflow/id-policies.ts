import type { enums } from '@perdure/protocol';
import { makeProtoEnumConverters } from '../enum-converters.js';

/** Whether a workflow may start when the last one of the same id is closed. */
export const WorkflowIdReusePolicy = {
  /** It may, however the last one ended. The default. */
  ALLOW_DUPLICATE: 'ALLOW_DUPLICATE',
  /** It may unless the last one completed. */
  ALLOW_DUPLICATE_FAILED_ONLY: 'ALLOW_DUPLICATE_FAILED_ONLY',
  /** It may not. */
  REJECT_DUPLICATE: 'REJECT_DUPLICATE',
  /**
   * It may, and one that still runs is terminated.
   *
   * @deprecated Use ALLOW_DUPLICATE with the conflict policy TERMINATE_EXISTING.
   */
  TERMINATE_IF_RUNNING: 'TERMINATE_IF_RUNNING',

  /** @deprecated Leave the property out. */
  WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED: undefined,
  /** @deprecated Use ALLOW_DUPLICATE. */
  WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE: 'ALLOW_DUPLICATE',
  /** @deprecated Use ALLOW_DUPLICATE_FAILED_ONLY. */
  WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY: 'ALLOW_DUPLICATE_FAILED_ONLY',
  /** @deprecated Use REJECT_DUPLICATE. */
  WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE: 'REJECT_DUPLICATE',
  /** @deprecated Use TERMINATE_IF_RUNNING. */
  WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING: 'TERMINATE_IF_RUNNING',
} as const;
/** One of {@link WorkflowIdReusePolicy}. */
export type WorkflowIdReusePolicy = (typeof WorkflowIdReusePolicy)[keyof typeof WorkflowIdReusePolicy];

/** Converts {@link WorkflowIdReusePolicy} to and from `temporal.api.enums.v1.WorkflowIdReusePolicy`. */
export const [encodeWorkflowIdReusePolicy, decodeWorkflowIdReusePolicy] = makeProtoEnumConverters<
  typeof enums.WorkflowIdReusePolicy,
  'WORKFLOW_ID_REUSE_POLICY_'
>(
  {
    UNSPECIFIED: 0,
    ALLOW_DUPLICATE: 1,
    ALLOW_DUPLICATE_FAILED_ONLY: 2,
    REJECT_DUPLICATE: 3,
    TERMINATE_IF_RUNNING: 4,
  },
  'WORKFLOW_ID_REUSE_POLICY_',
);

/** What happens when a workflow is to start and one of the same id runs already. */
export const WorkflowIdConflictPolicy = {
  /** The start fails with a `WorkflowExecutionAlreadyStartedError`. The default. */
  FAIL: 'FAIL',
  /** Nothing starts; the handle is of the one that runs. */
  USE_EXISTING: 'USE_EXISTING',
  /** The one that runs is terminated and a new one starts. */
  TERMINATE_EXISTING: 'TERMINATE_EXISTING',
} as const;
/** One of {@link WorkflowIdConflictPolicy}. */
export type WorkflowIdConflictPolicy = (typeof WorkflowIdConflictPolicy)[keyof typeof WorkflowIdConflictPolicy];

/** Converts {@link WorkflowIdConflictPolicy} to and from `temporal.api.enums.v1.WorkflowIdConflictPolicy`. */
export const [encodeWorkflowIdConflictPolicy, decodeWorkflowIdConflictPolicy] = makeProtoEnumConverters<
  typeof enums.WorkflowIdConflictPolicy,
  'WORKFLOW_ID_CONFLICT_POLICY_'
>({ UNSPECIFIED: 0, FAIL: 1, USE_EXISTING: 2, TERMINATE_EXISTING: 3 }, 'WORKFLOW_ID_CONFLICT_POLICY_');
