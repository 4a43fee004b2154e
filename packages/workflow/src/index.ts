/**
 * What workflow code imports. API-compatible with `@temporalio/workflow` 1.24. Must not know Node, a transport, or history: what it
 * asks for leaves the sandbox as commands.
 */
export {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  defaultPayloadConverter,
  rootCause,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
  CompleteAsyncError,
  ExternalStorageNotConfiguredError,
  IllegalStateError,
  NamespaceNotFoundError,
  PayloadConverterError,
  ValueError,
  WorkflowNotFoundError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  encodeWorkflowIdConflictPolicy,
  decodeWorkflowIdConflictPolicy,
  encodeWorkflowIdReusePolicy,
  decodeWorkflowIdReusePolicy,
  extractWorkflowType,
  extractWorkflowTypeAndConfig,
} from '@perdure/common';
export type {
  ActivityFunction,
  ActivityInterface,
  ActivityTypeInfoMap,
  BaseWorkflowHandle,
  BaseWorkflowOptions,
  CommonWorkflowOptions,
  Payload,
  PayloadConverter,
  QueryDefinition,
  RetryPolicy,
  SearchAttributes,
  SearchAttributeValue,
  SignalDefinition,
  UntypedActivities,
  WithWorkflowArgs,
  Workflow,
  WorkflowDurationOptions,
  WorkflowQueryOptions,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalOptions,
  WorkflowSignalType,
  WorkflowTypeOptions,
} from '@perdure/common';
export { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from './activities.js';
export { AsyncLocalStorage, CancellationScope, type CancellationScopeOptions } from './cancellation-scope.js';
export { continueAsNew, makeContinueAsNewFunc } from './continue-as-new.js';
export { DeterminismViolationError, isCancellation, LocalActivityDoBackoff, WorkflowError } from './errors.js';
export { createEventGroup, type EventGroupMarker } from './event-groups.js';
export type * from './interceptors.js';
export {
  ChildWorkflowCancellationType,
  ContinueAsNew,
  ParentClosePolicy,
  type ChildWorkflowOptions,
  type ContinueAsNewOptions,
  type EnhancedStackTrace,
  type ParentWorkflowInfo,
  type RootWorkflowInfo,
  type StackTrace,
  type StackTraceFileLocation,
  type StackTraceFileSlice,
  type StackTraceSDKInfo,
  type UnsafeRandomSource,
  type UnsafeWorkflowInfo,
  type WorkflowInfo,
} from './interfaces.js';
export { log, type LoggerSinks } from './logs.js';
export { metricMeter } from './metrics.js';
export {
  createNexusServiceClient,
  NexusOperationCancellationType,
  type NexusOperationHandle,
  type NexusServiceClient,
  type NexusServiceClientOptions,
} from './nexus.js';
export { getRandomStream, workflowRandom, type WorkflowRandomStream } from './random-streams.js';
export { proxySinks, type Sink, type SinkCall, type SinkFunction, type Sinks } from './sinks.js';
export { Trigger } from './trigger.js';
export {
  allHandlersFinished,
  defineQuery,
  defineSignal,
  defineUpdate,
  enhancedStackTraceQuery,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
  stackTraceQuery,
  workflowMetadataQuery,
} from './handlers.js';
export {
  NotAnActivityMethod,
  proxyActivities,
  proxyLocalActivities,
  scheduleActivity,
  scheduleLocalActivity,
  type ActivityFunctionWithOptions,
  type ActivityInterfaceFor,
  type ActivityProxyOptions,
  type LocalActivityFunctionWithOptions,
  type LocalActivityInterfaceFor,
  type LocalActivityProxyOptions,
} from './proxies.js';
export type { ChildWorkflowHandle, ExternalWorkflowHandle } from './workflow-handle.js';
export {
  addDefaultWorkflowOptions,
  condition,
  currentUpdateInfo,
  defineWorkflowOptions,
  deprecatePatch,
  executeChild,
  getCurrentDetails,
  getExternalWorkflowHandle,
  inWorkflowContext,
  patched,
  setCurrentDetails,
  setWorkflowOptions,
  sleep,
  startChild,
  upsertMemo,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from './workflow.js';
