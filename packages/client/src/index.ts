/**
 * Owns the view from outside: connections, and clients that start, signal, query, update, list and complete.
 * Must not know workers, workflow code, or our own server.
 */
export {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  CompleteAsyncError,
  ExternalStorageNotConfiguredError,
  HandlerUnfinishedPolicy,
  IllegalStateError,
  NamespaceNotFoundError,
  PayloadConverterError,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
  ValueError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  decodeWorkflowIdConflictPolicy,
  decodeWorkflowIdReusePolicy,
  defaultPayloadConverter,
  encodeWorkflowIdConflictPolicy,
  encodeWorkflowIdReusePolicy,
  extractWorkflowType,
  extractWorkflowTypeAndConfig,
} from '@perdure/common';
export type {
  ActivityFunction,
  ActivityInterface,
  BaseWorkflowHandle,
  BaseWorkflowOptions,
  CommonWorkflowOptions,
  DataConverter,
  Headers,
  HistoryAndWorkflowId,
  Next,
  Payload,
  ProtoFailure,
  QueryDefinition,
  QueryDefinitionOptions,
  RetryPolicy,
  SignalDefinition,
  SignalDefinitionOptions,
  SignalTypeInfo,
  UntypedActivities,
  UpdateDefinition,
  UpdateDefinitionOptions,
  WithWorkflowArgs,
  Workflow,
  WorkflowDurationOptions,
  WorkflowQueryAnnotatedType,
  WorkflowQueryOptions,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalAnnotatedType,
  WorkflowSignalOptions,
  WorkflowSignalType,
  WorkflowTypeOptions,
  WorkflowUpdateAnnotatedType,
  WorkflowUpdateType,
  WorkflowUpdateValidatorType,
} from '@perdure/common';
export type { TLSConfig } from '@perdure/common/internal/conversion';
export * from './activity/index.js';
export * from './async-completion-client.js';
export * from './client.js';
export { Connection } from './connection/connection.js';
export { LOCAL_TARGET } from './connection/connection-options.js';
export type {
  ConnectionOptions,
  ConnectionOptionsWithDefaults,
  ConnectionPlugin,
  ConnectionTransport,
} from './connection/connection-options.js';
export { defaultGrpcRetryOptions, isRetryableError, makeGrpcRetryInterceptor } from './connection/grpc-retry.js';
export type { BackoffOptions, GrpcRetryOptions } from './connection/grpc-retry.js';
export * from './errors.js';
export type { ClientInterceptors } from './interceptors.js';
export * from './nexus/index.js';
export * from './schedule/index.js';
export * from './task-queue/index.js';
export * from './types.js';
export type {
  WorkflowCancelInput,
  WorkflowClientCallsInterceptor,
  WorkflowClientCallsInterceptorFactory,
  WorkflowClientCallsInterceptorFactoryInput,
  WorkflowClientInterceptor,
  WorkflowClientInterceptors,
  WorkflowDescribeInput,
  WorkflowQueryInput,
  WorkflowSignalInput,
  WorkflowSignalWithStartInput,
  WorkflowStartInput,
  WorkflowStartOutput,
  WorkflowStartUpdateInput,
  WorkflowStartUpdateOutput,
  WorkflowStartUpdateWithStartInput,
  WorkflowStartUpdateWithStartOutput,
  WorkflowTerminateInput,
} from './workflow/interceptors.js';
export { QueryNotRegisteredError, QueryRejectedError } from './workflow/query.js';
export { WorkflowUpdateStage } from './workflow/update-stage.js';
export { WorkflowClient } from './workflow/workflow-client.js';
export type { LoadedWorkflowClientOptions, WorkflowClientOptions } from './workflow/workflow-client.js';
export { WithStartWorkflowOperation } from './workflow/with-start-operation.js';
export type * from './workflow/workflow-handle.js';
export { compileWorkflowOptions } from './workflow/workflow-options.js';
export type {
  CompiledWorkflowOptions,
  WithCompiledWorkflowOptions,
  WorkflowOptions,
  WorkflowSignalWithStartOptions,
  WorkflowSignalWithStartOptionsWithArgs,
  WorkflowSignalWithStartOptionsWithoutArgs,
  WorkflowStartOptions,
  WorkflowUpdateOptions,
} from './workflow/workflow-options.js';
