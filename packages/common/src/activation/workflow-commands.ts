import type { common, enums, failure, google, sdk } from '@perdure/protocol';
import type { Payload } from '../payload.js';
import type { NamespacedExecution } from './activation-jobs.js';

type Headers = Readonly<Record<string, Payload>>;

/** A place in workflow code. Its stack is put into words when it is read, which is seldom. */
export interface CallSite {
  readonly stack?: string | undefined;
}

/** What every command may carry. */
interface CommandBase {
  readonly userMetadata?: sdk.IUserMetadata | undefined;
  /** Where workflow code asked for it. */
  readonly callSite?: CallSite | undefined;
}

/** `seq` is the runtime's own number for what the command begins; one counter for each kind, from 1. */
interface SequencedCommand extends CommandBase {
  readonly seq: number;
}

/** What an activity is asked for, local or not. */
interface ActivityCommand extends SequencedCommand {
  readonly activityId: string;
  readonly activityType: string;
  readonly headers: Headers;
  readonly arguments: readonly Payload[];
  readonly scheduleToCloseTimeout?: google.IDuration | undefined;
  readonly scheduleToStartTimeout?: google.IDuration | undefined;
  readonly startToCloseTimeout?: google.IDuration | undefined;
  readonly retryPolicy?: common.IRetryPolicy | undefined;
  /** `coresdk.workflow_commands.ActivityCancellationType`: 0 try, 1 wait until completed, 2 abandon. */
  readonly cancellationType: number;
}

/** Starts a timer. */
export interface StartTimerCommand extends SequencedCommand {
  readonly kind: 'startTimer';
  readonly startToFireTimeout: google.IDuration;
}

/** Cancels a timer that has not fired. */
export interface CancelTimerCommand extends SequencedCommand {
  readonly kind: 'cancelTimer';
}

/** Schedules an activity. */
export interface ScheduleActivityCommand extends ActivityCommand {
  readonly kind: 'scheduleActivity';
  readonly taskQueue: string;
  readonly heartbeatTimeout?: google.IDuration | undefined;
  readonly doNotEagerlyExecute: boolean;
  /** `coresdk.common.VersioningIntent`. */
  readonly versioningIntent: number;
  readonly priority?: common.IPriority | undefined;
}

/** Runs an activity in the worker itself. */
export interface ScheduleLocalActivityCommand extends ActivityCommand {
  readonly kind: 'scheduleLocalActivity';
  /** Above 1 when a timer-based backoff ended. */
  readonly attempt: number;
  readonly originalScheduleTime?: google.ITimestamp | undefined;
  readonly localRetryThreshold?: google.IDuration | undefined;
}

/** Asks an activity to stop. */
export interface RequestCancelActivityCommand extends SequencedCommand {
  readonly kind: 'requestCancelActivity';
}

/** Asks a local activity to stop. */
export interface RequestCancelLocalActivityCommand extends SequencedCommand {
  readonly kind: 'requestCancelLocalActivity';
}

/** Answers a query. */
export interface QueryResultCommand extends CommandBase {
  readonly kind: 'respondToQuery';
  readonly queryId: string;
  readonly result:
    | { readonly status: 'succeeded'; readonly response: Payload }
    | { readonly status: 'failed'; readonly failure: failure.IFailure };
}

/** Ends the run with a result. */
export interface CompleteWorkflowExecutionCommand extends CommandBase {
  readonly kind: 'completeWorkflowExecution';
  readonly result?: Payload | undefined;
}

/** Ends the run with a failure. */
export interface FailWorkflowExecutionCommand extends CommandBase {
  readonly kind: 'failWorkflowExecution';
  readonly failure: failure.IFailure;
}

/** Ends the run as cancelled. */
export interface CancelWorkflowExecutionCommand extends CommandBase {
  readonly kind: 'cancelWorkflowExecution';
}

/** Ends the run and begins the next one. */
export interface ContinueAsNewWorkflowExecutionCommand extends CommandBase {
  readonly kind: 'continueAsNewWorkflowExecution';
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly arguments: readonly Payload[];
  readonly workflowRunTimeout?: google.IDuration | undefined;
  readonly workflowTaskTimeout?: google.IDuration | undefined;
  readonly memo: Readonly<Record<string, Payload>>;
  readonly headers: Headers;
  /** `undefined` keeps those of this run. */
  readonly searchAttributes?: Readonly<Record<string, Payload>> | undefined;
  readonly retryPolicy?: common.IRetryPolicy | undefined;
  readonly versioningIntent: number;
  readonly initialVersioningBehavior: enums.ContinueAsNewVersioningBehavior;
  readonly backoffStartInterval?: google.IDuration | undefined;
}

/** Says that a patch is in use. */
export interface SetPatchMarkerCommand extends CommandBase {
  readonly kind: 'setPatchMarker';
  readonly patchId: string;
  readonly deprecated: boolean;
}

/** Starts a child workflow. */
export interface StartChildWorkflowExecutionCommand extends SequencedCommand {
  readonly kind: 'startChildWorkflowExecution';
  readonly namespace: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly input: readonly Payload[];
  readonly workflowExecutionTimeout?: google.IDuration | undefined;
  readonly workflowRunTimeout?: google.IDuration | undefined;
  readonly workflowTaskTimeout?: google.IDuration | undefined;
  readonly parentClosePolicy: enums.ParentClosePolicy;
  readonly workflowIdReusePolicy: enums.WorkflowIdReusePolicy;
  readonly retryPolicy?: common.IRetryPolicy | undefined;
  readonly cronSchedule: string;
  readonly headers: Headers;
  readonly memo: Readonly<Record<string, Payload>>;
  readonly searchAttributes?: Readonly<Record<string, Payload>> | undefined;
  /** `coresdk.child_workflow.ChildWorkflowCancellationType`: 0 abandon, 1 try, 2 wait until completed, 3 wait until requested. */
  readonly cancellationType: number;
  readonly versioningIntent: number;
  readonly priority?: common.IPriority | undefined;
}

/** Asks a child workflow to end. */
export interface CancelChildWorkflowExecutionCommand extends CommandBase {
  readonly kind: 'cancelChildWorkflowExecution';
  readonly childWorkflowSeq: number;
  readonly reason: string;
}

/** Asks another workflow to end. */
export interface RequestCancelExternalWorkflowExecutionCommand extends SequencedCommand {
  readonly kind: 'requestCancelExternalWorkflowExecution';
  readonly workflowExecution: NamespacedExecution;
  readonly reason: string;
}

/** Sends a signal to another workflow, or to a child. */
export interface SignalExternalWorkflowExecutionCommand extends SequencedCommand {
  readonly kind: 'signalExternalWorkflowExecution';
  readonly target:
    | { readonly workflowExecution: NamespacedExecution; readonly childWorkflowId?: undefined }
    | { readonly childWorkflowId: string; readonly workflowExecution?: undefined };
  readonly signalName: string;
  readonly arguments: readonly Payload[];
  readonly headers: Headers;
}

/** Takes back a signal that has not been sent. */
export interface CancelSignalWorkflowCommand extends SequencedCommand {
  readonly kind: 'cancelSignalWorkflow';
}

/** Sets search attributes of this run. */
export interface UpsertWorkflowSearchAttributesCommand extends CommandBase {
  readonly kind: 'upsertWorkflowSearchAttributes';
  readonly searchAttributes: Readonly<Record<string, Payload>>;
}

/** Sets memo fields of this run. */
export interface ModifyWorkflowPropertiesCommand extends CommandBase {
  readonly kind: 'modifyWorkflowProperties';
  readonly upsertedMemo: Readonly<Record<string, Payload>>;
}

/** Accepts, rejects or completes an update. */
export interface UpdateResponseCommand extends CommandBase {
  readonly kind: 'updateResponse';
  readonly protocolInstanceId: string;
  readonly response:
    | { readonly status: 'accepted' }
    | { readonly status: 'rejected'; readonly failure: failure.IFailure }
    | { readonly status: 'completed'; readonly result: Payload };
}

/** Starts a Nexus operation. */
export interface ScheduleNexusOperationCommand extends SequencedCommand {
  readonly kind: 'scheduleNexusOperation';
  readonly endpoint: string;
  readonly service: string;
  readonly operation: string;
  readonly input?: Payload | undefined;
  readonly scheduleToCloseTimeout?: google.IDuration | undefined;
  readonly scheduleToStartTimeout?: google.IDuration | undefined;
  readonly startToCloseTimeout?: google.IDuration | undefined;
  readonly nexusHeader: Readonly<Record<string, string>>;
  /** `coresdk.nexus.NexusOperationCancellationType`. */
  readonly cancellationType: number;
}

/** Asks a Nexus operation to stop. */
export interface RequestCancelNexusOperationCommand extends SequencedCommand {
  readonly kind: 'requestCancelNexusOperation';
}

/** One thing that workflow code asks for. Shapes and meaning are those of `coresdk.workflow_commands`. */
export type WorkflowCommand =
  | StartTimerCommand
  | CancelTimerCommand
  | ScheduleActivityCommand
  | ScheduleLocalActivityCommand
  | RequestCancelActivityCommand
  | RequestCancelLocalActivityCommand
  | QueryResultCommand
  | CompleteWorkflowExecutionCommand
  | FailWorkflowExecutionCommand
  | CancelWorkflowExecutionCommand
  | ContinueAsNewWorkflowExecutionCommand
  | SetPatchMarkerCommand
  | StartChildWorkflowExecutionCommand
  | CancelChildWorkflowExecutionCommand
  | RequestCancelExternalWorkflowExecutionCommand
  | SignalExternalWorkflowExecutionCommand
  | CancelSignalWorkflowCommand
  | UpsertWorkflowSearchAttributesCommand
  | ModifyWorkflowPropertiesCommand
  | UpdateResponseCommand
  | ScheduleNexusOperationCommand
  | RequestCancelNexusOperationCommand;
