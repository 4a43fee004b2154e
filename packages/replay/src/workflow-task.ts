import type { command, common, failure, google, history, protocol, query, sdk } from '@perdure/protocol';
import type { Payload } from '@perdure/common';

/** The query id of the one query of a workflow task that holds nothing else, as every SDK names it. */
export const LEGACY_QUERY_ID = 'legacy_query';

/** A workflow task as it was polled, with all pages of its history joined. */
export interface WorkflowTaskInput {
  /** All events, or those after the last workflow task that this run has answered. May be empty for a query. */
  readonly events: readonly history.HistoryEvent[];
  readonly messages: readonly protocol.Message[];
  /** The one question of a task that holds nothing else. */
  readonly query?: query.WorkflowQuery | undefined;
  /** Questions that ride on the task, by id. */
  readonly queries?: Readonly<Record<string, query.WorkflowQuery>> | undefined;
}

/** A local activity to be run by the worker. Ask again after every activation. */
export interface LocalActivityRequest {
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly arguments: readonly Payload[];
  readonly headers: Readonly<Record<string, Payload>>;
  readonly attempt: number;
  /** When it was first scheduled, in epoch milliseconds. */
  readonly originalScheduleTimeMs: number;
  readonly scheduleToCloseTimeout?: google.IDuration | undefined;
  readonly scheduleToStartTimeout?: google.IDuration | undefined;
  readonly startToCloseTimeout?: google.IDuration | undefined;
  readonly retryPolicy?: common.IRetryPolicy | undefined;
  readonly localRetryThreshold?: google.IDuration | undefined;
}

/** The worker should ask a running local activity to stop. */
export interface LocalActivityCancellation {
  readonly seq: number;
}

/** How a local activity ended. `completedAtMs` is epoch time: what the workflow's clock shows when it hears of it.
 * The failure is what the activity threw, without an `ActivityFailure` around it. */
export type LocalActivityResult = { readonly attempt: number; readonly completedAtMs: number } & (
  | { readonly status: 'completed'; readonly result?: Payload | undefined }
  | { readonly status: 'failed'; readonly failure: failure.IFailure }
  | { readonly status: 'cancelled'; readonly failure: failure.IFailure }
  /** It failed, and its next attempt is too far away to wait for within a workflow task. */
  | { readonly status: 'backoff'; readonly failure: failure.IFailure; readonly backoff: google.IDuration }
);

/** What to answer to a workflow task. */
export type WorkflowTaskAnswer =
  | {
      readonly kind: 'completed';
      readonly commands: readonly command.ICommand[];
      readonly messages: readonly protocol.IMessage[];
      readonly queryResults: Readonly<Record<string, query.IWorkflowQueryResult>>;
      readonly sdkMetadata: sdk.IWorkflowTaskCompletedMetadata | undefined;
      /** `temporal.api.enums.v1.VersioningBehavior`. */
      readonly versioningBehavior: number;
      /** The run has ended: nothing more is expected of it but queries. */
      readonly isClosing: boolean;
    }
  | { readonly kind: 'legacyQuery'; readonly result: query.IWorkflowQueryResult };
