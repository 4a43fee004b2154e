/**
 * Owns what applications, clients, workers and workflows share: payloads, failures, durations, search attributes, options.
 * Must not know Node, a transport, or anything that takes time: all of it runs inside the workflow sandbox.
 */
export {
  ActivityCancellationDetails,
  ActivityCancellationType,
  isActivityFunctionWithOptions,
} from './activity/index.js';
export type {
  ActivityCancellationDetailsOptions,
  ActivityDefinitionOptions,
  ActivityFunctionWithOptions,
  ActivityOptions,
  ActivityTypeInfoMap,
  LocalActivityOptions,
} from './activity/index.js';
export {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  DefaultFailureConverter,
  DefaultPayloadConverter,
  JsonPayloadConverter,
  METADATA_ENCODING_KEY,
  METADATA_MESSAGE_TYPE_KEY,
  RawValue,
  UndefinedPayloadConverter,
  arrayFromPayloads,
  convertOptionalToPayload,
  cutoffStackTrace,
  defaultDataConverter,
  defaultFailureConverter,
  defaultPayloadConverter,
  encodingKeys,
  encodingTypes,
  fromPayloadWithTypeInfo,
  fromPayloadsAtIndex,
  mapFromPayloads,
  mapToPayloads,
  rawValueTypeInfo,
  toPayloadWithTypeInfo,
  toPayloads,
  toPayloadsWithContext,
} from './converter/index.js';
export type {
  ActivitySerializationContext,
  DataConverter,
  DefaultEncodedFailureAttributes,
  DefaultFailureConverterOptions,
  EncodingType,
  FailureConverter,
  LoadedDataConverter,
  PayloadCodec,
  PayloadConverter,
  PayloadConverterWithEncoding,
  SerializationContext,
  WorkflowSerializationContext,
  rawPayloadTypeBrand,
} from './converter/index.js';
export {
  InitialVersioningBehavior,
  VersioningBehavior,
  convertDeploymentVersion,
  decodeInitialVersioningBehavior,
  decodeVersioningBehavior,
  encodeInitialVersioningBehavior,
  encodeVersioningBehavior,
  toCanonicalString,
} from './deployment/index.js';
export type {
  AutoUpgradeVersioningOverride,
  PinnedVersioningOverride,
  VersioningIntent,
  VersioningOverride,
  WorkerDeploymentVersion,
} from './deployment/index.js';
export { str, u8 } from './encoding.js';
export {
  CompleteAsyncError,
  ExternalStorageNotConfiguredError,
  IllegalStateError,
  NamespaceNotFoundError,
  PayloadConverterError,
  ValueError,
  WorkflowNotFoundError,
} from './errors.js';
export { ExternalStorage, StorageDriverClaim } from './external-storage/index.js';
export type {
  StorageDriver,
  StorageDriverActivityInfo,
  StorageDriverRetrieveContext,
  StorageDriverSelectContext,
  StorageDriverSelector,
  StorageDriverStoreContext,
  StorageDriverTargetInfo,
  StorageDriverWorkflowInfo,
} from './external-storage/index.js';
export {
  ActivityFailure,
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
  ChildWorkflowFailure,
  FAILURE_SOURCE,
  NexusOperationFailure,
  RetryState,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
  TimeoutType,
  WorkflowExecutionAlreadyStartedError,
  createPayloadValidationError,
  decodeApplicationFailureCategory,
  decodeRetryState,
  decodeTimeoutType,
  encodeApplicationFailureCategory,
  encodeRetryState,
  encodeTimeoutType,
  ensureApplicationFailure,
  ensureTemporalFailure,
  rootCause,
} from './failure/index.js';
export type { ApplicationFailureOptions, ProtoFailure, WorkflowExecution } from './failure/index.js';
export type { Headers, Next } from './interceptors.js';
export { HandlerUnfinishedPolicy } from './interfaces.js';
export type {
  ActivityFunction,
  ActivityInterface,
  HistoryAndWorkflowId,
  Payload,
  QueryDefinition,
  QueryDefinitionOptions,
  SignalDefinition,
  SignalDefinitionOptions,
  SignalTypeInfo,
  UntypedActivities,
  UpdateDefinition,
  UpdateDefinitionOptions,
  Workflow,
  WorkflowQueryAnnotatedType,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalAnnotatedType,
  WorkflowSignalType,
  WorkflowUpdateAnnotatedType,
  WorkflowUpdateType,
  WorkflowUpdateValidatorType,
} from './interfaces.js';
export {
  LoggerWithComposedMetadata,
  MetricMeterWithComposedTags,
  SdkComponent,
  noopMetricMeter,
} from './observability/index.js';
export type {
  LogLevel,
  LogMetaOrFunc,
  LogMetadata,
  Logger,
  Metric,
  MetricCounter,
  MetricGauge,
  MetricHistogram,
  MetricKind,
  MetricMeter,
  MetricTags,
  MetricTagsOrFunc,
  MetricUpDownCounter,
  NumericMetricValueType,
} from './observability/index.js';
export { compilePriority, decodePriority } from './priority.js';
export type { Priority } from './priority.js';
export { compileRetryPolicy, decompileRetryPolicy } from './retry-policy.js';
export type { RetryPolicy } from './retry-policy.js';
export { SearchAttributeType, TypedSearchAttributes, defineSearchAttributeKey } from './search-attributes/index.js';
export type {
  SearchAttributePair,
  SearchAttributeUpdatePair,
  SearchAttributeValue,
  SearchAttributes,
} from './search-attributes/index.js';
export {
  msNumberToTs,
  msOptionalToNumber,
  msOptionalToTs,
  msToNumber,
  msToTs,
  optionalTsToDate,
  optionalTsToMs,
  tsToDate,
  tsToMs,
} from './time/index.js';
export type { Duration, StringValue, Timestamp } from './time/index.js';
export { errorCode, errorMessage } from './type-helpers.js';
export type { ConverterHint, PayloadTypeInfo, TransferTypeConverter, TypeInfo } from './type-info.js';
export {
  SuggestContinueAsNewReason,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  decodeWorkflowIdConflictPolicy,
  decodeWorkflowIdReusePolicy,
  encodeWorkflowIdConflictPolicy,
  encodeWorkflowIdReusePolicy,
  extractWorkflowType,
  extractWorkflowTypeAndConfig,
  isWorkflowFunctionWithOptions,
  isWorkflowFunctionWithStaticOptions,
} from './workflow/index.js';
export type {
  BaseWorkflowHandle,
  BaseWorkflowOptions,
  CommonWorkflowOptions,
  WithWorkflowArgs,
  WorkflowDefinitionConfig,
  WorkflowDefinitionOptions,
  WorkflowDefinitionOptionsOrGetter,
  WorkflowDurationOptions,
  WorkflowFunctionWithOptions,
  WorkflowFunctionWithStaticOptions,
  WorkflowQueryOptions,
  WorkflowSignalOptions,
  WorkflowStaticOptions,
  WorkflowTypeOptions,
} from './workflow/index.js';
