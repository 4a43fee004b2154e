import type { ActivationJob } from './activation-jobs.js';

/**
 * Wakes a workflow up: what happened since the last activation, in the order in which workflow code must see it. The
 * shapes and their meaning are those of `coresdk.workflow_activation`, as plain objects: a worker of either SDK must give
 * workflow code the same activations for the same history.
 */
export interface WorkflowActivation {
  readonly runId: string;
  /** The time as the workflow sees it: when its workflow task started, in epoch milliseconds. */
  readonly timestampMs: number;
  /** Whether these jobs come from history that a worker has answered before. */
  readonly isReplaying: boolean;
  /** Events of the history up to and including the start of this workflow task. */
  readonly historyLength: number;
  readonly historySizeBytes: number;
  readonly continueAsNewSuggested: boolean;
  /** `temporal.api.enums.v1.SuggestContinueAsNewReason`. */
  readonly suggestContinueAsNewReasons: readonly number[];
  readonly targetWorkerDeploymentVersionChanged: boolean;
  /** The deployment version whose worker completes this workflow task, if it has one. */
  readonly deploymentVersionForCurrentTask?: { readonly deploymentName: string; readonly buildId: string } | undefined;
  /** The version of the SDK that completed the newest workflow task of the history; empty if it does not say. */
  readonly lastSdkVersion: string;
  /** Flags of the language SDK (`langUsedFlags`) recorded so far in this history. */
  readonly availableInternalFlags: readonly number[];
  /** Never empty. */
  readonly jobs: readonly ActivationJob[];
}
