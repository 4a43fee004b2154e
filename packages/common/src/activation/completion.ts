import type { failure } from '@perdure/protocol';
import type { WorkflowCommand } from './workflow-commands.js';

/** What a workflow answers to an activation. */
export type ActivationCompletion =
  | {
      readonly status: 'successful';
      /** In the order in which workflow code made them. */
      readonly commands: readonly WorkflowCommand[];
      /** Flags of the language SDK that this activation relied on, to be recorded. */
      readonly usedInternalFlags: readonly number[];
      /** `temporal.api.enums.v1.VersioningBehavior`; 0 if the workflow has none. */
      readonly versioningBehavior: number;
    }
  | {
      /** The workflow task fails and is tried again; the workflow itself goes on. */
      readonly status: 'failed';
      readonly failure: failure.IFailure;
      /** `temporal.api.enums.v1.WorkflowTaskFailedCause`; 0 for the ordinary one. */
      readonly forceCause: number;
    };
