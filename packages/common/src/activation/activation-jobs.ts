import type { common, failure, google, update } from '@perdure/protocol';
import type { Payload } from '../payload.js';
import type {
  ActivityResolution,
  ChildWorkflowResolution,
  ChildWorkflowStartResolution,
  ExternalOperationResolution,
  NexusOperationResolution,
  NexusOperationStartResolution,
} from './resolutions.js';

type Headers = Readonly<Record<string, Payload>>;

/** A workflow execution and its namespace. */
export interface NamespacedExecution {
  readonly namespace: string;
  readonly workflowId: string;
  /** Empty for the current run. */
  readonly runId: string;
}

/** Begins the run; the first job of its first activation. Fields are those of WorkflowExecutionStarted. */
export interface InitializeWorkflowJob {
  readonly kind: 'initializeWorkflow';
  readonly workflowType: string;
  readonly workflowId: string;
  readonly arguments: readonly Payload[];
  /** 64 bits without sign, a function of the original run id: the same in every SDK for the same run. Asked once. */
  readonly randomnessSeed: () => bigint;
  readonly headers: Headers;
  readonly identity: string;
  readonly parentWorkflowInfo?: NamespacedExecution | undefined;
  readonly rootWorkflow?: { readonly workflowId: string; readonly runId: string } | undefined;
  readonly workflowExecutionTimeout?: google.IDuration | undefined;
  readonly workflowRunTimeout?: google.IDuration | undefined;
  readonly workflowTaskTimeout?: google.IDuration | undefined;
  readonly workflowExecutionExpirationTime?: google.ITimestamp | undefined;
  readonly continuedFromExecutionRunId: string;
  /** `temporal.api.enums.v1.ContinueAsNewInitiator`. */
  readonly continuedInitiator: number;
  readonly continuedFailure?: failure.IFailure | undefined;
  readonly lastCompletionResult: readonly Payload[];
  readonly firstExecutionRunId: string;
  readonly originalExecutionRunId: string;
  readonly retryPolicy?: common.IRetryPolicy | undefined;
  readonly attempt: number;
  readonly cronSchedule: string;
  readonly cronScheduleToScheduleInterval?: google.IDuration | undefined;
  readonly memo: Readonly<Record<string, Payload>>;
  readonly searchAttributes: Readonly<Record<string, Payload>>;
  /** When the run began, in epoch milliseconds. */
  readonly startTimeMs: number;
  readonly priority?: common.IPriority | undefined;
}

/** A timer has fired. */
export interface FireTimerJob {
  readonly kind: 'fireTimer';
  readonly seq: number;
}

/** After a reset: what follows draws other random numbers. */
export interface UpdateRandomSeedJob {
  readonly kind: 'updateRandomSeed';
  readonly randomnessSeed: () => bigint;
}

/** A question; its activation holds nothing but questions. */
export interface QueryWorkflowJob {
  readonly kind: 'queryWorkflow';
  /** Given back in the answer. `legacy` for the one query of a workflow task that holds nothing else. */
  readonly queryId: string;
  readonly queryType: string;
  readonly arguments: readonly Payload[];
  readonly headers: Headers;
}

/** Somebody asks the workflow to end. */
export interface CancelWorkflowJob {
  readonly kind: 'cancelWorkflow';
  readonly reason: string;
}

/** A signal arrived. */
export interface SignalWorkflowJob {
  readonly kind: 'signalWorkflow';
  readonly signalName: string;
  readonly input: readonly Payload[];
  readonly identity: string;
  readonly headers: Headers;
  readonly originatingEventId: number;
}

/** The history holds a marker of this patch: `patched` answers true. */
export interface NotifyHasPatchJob {
  readonly kind: 'notifyHasPatch';
  readonly patchId: string;
}

/** An activity, local or not, has ended or a local one has to back off. */
export interface ResolveActivityJob {
  readonly kind: 'resolveActivity';
  readonly seq: number;
  readonly result: ActivityResolution;
  readonly isLocal: boolean;
}

/** A child workflow has started, or could not. */
export interface ResolveChildWorkflowExecutionStartJob {
  readonly kind: 'resolveChildWorkflowExecutionStart';
  readonly seq: number;
  readonly result: ChildWorkflowStartResolution;
}

/** A child workflow has ended. */
export interface ResolveChildWorkflowExecutionJob {
  readonly kind: 'resolveChildWorkflowExecution';
  readonly seq: number;
  readonly result: ChildWorkflowResolution;
}

/** A signal to another workflow was delivered, or could not be. */
export interface ResolveSignalExternalWorkflowJob {
  readonly kind: 'resolveSignalExternalWorkflow';
  readonly seq: number;
  readonly result: ExternalOperationResolution;
}

/** A request to cancel another workflow was delivered, or could not be. */
export interface ResolveRequestCancelExternalWorkflowJob {
  readonly kind: 'resolveRequestCancelExternalWorkflow';
  readonly seq: number;
  readonly result: ExternalOperationResolution;
}

/** An update asks to be validated and carried out. */
export interface DoUpdateJob {
  readonly kind: 'doUpdate';
  /** The update's id, as its caller knows it. */
  readonly id: string;
  /** Names the exchange; given back in every response. */
  readonly protocolInstanceId: string;
  readonly name: string;
  readonly input: readonly Payload[];
  readonly headers: Headers;
  readonly meta: update.IMeta;
  /** False on replay: it was accepted before. */
  readonly runValidator: boolean;
}

/** A Nexus operation has started, or could not. */
export interface ResolveNexusOperationStartJob {
  readonly kind: 'resolveNexusOperationStart';
  readonly seq: number;
  readonly result: NexusOperationStartResolution;
}

/** A Nexus operation has ended. */
export interface ResolveNexusOperationJob {
  readonly kind: 'resolveNexusOperation';
  readonly seq: number;
  readonly result: NexusOperationResolution;
}

/** One thing that happened. */
export type ActivationJob =
  | InitializeWorkflowJob
  | FireTimerJob
  | UpdateRandomSeedJob
  | QueryWorkflowJob
  | CancelWorkflowJob
  | SignalWorkflowJob
  | NotifyHasPatchJob
  | ResolveActivityJob
  | ResolveChildWorkflowExecutionStartJob
  | ResolveChildWorkflowExecutionJob
  | ResolveSignalExternalWorkflowJob
  | ResolveRequestCancelExternalWorkflowJob
  | DoUpdateJob
  | ResolveNexusOperationStartJob
  | ResolveNexusOperationJob;
