/**
 * Owns the errors that cross the wire, in all their classes, and the enums they carry.
 * Must not know payloads or how an error is written down: that is the failure converter's.
 */
export {
  ApplicationFailure,
  createPayloadValidationError,
  describe,
  ensureApplicationFailure,
  ensureTemporalFailure,
} from './application-failure.js';
export type { ApplicationFailureOptions } from './application-failure.js';
export {
  ApplicationFailureCategory,
  RetryState,
  TimeoutType,
  decodeApplicationFailureCategory,
  decodeRetryState,
  decodeTimeoutType,
  encodeApplicationFailureCategory,
  encodeRetryState,
  encodeTimeoutType,
} from './enums.js';
export {
  ActivityFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  NexusOperationFailure,
  ServerFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowExecutionAlreadyStartedError,
} from './platform-failures.js';
export type { WorkflowExecution } from './platform-failures.js';
export { rootCause } from './root-cause.js';
export { FAILURE_SOURCE, TemporalFailure } from './temporal-failure.js';
export type { ProtoFailure } from './temporal-failure.js';
