// The life of one workflow execution: its state, the facts it is the fold of, and the decisions that make them.
// Knows nothing of stores, queues, connections, clocks or other executions.
export type { Accepted, Decision } from './decision.js';
export type { DecideContext, Transition } from './transition.js';
export type { Fact, RecordedEvent } from './facts.js';
export type * from './state.js';
export type * from './nexus-state.js';
export { continuedBy, isClosed, isWaitingForFirstWorkflowTask, outgoingRequestId, runPriority } from './state.js';
export { evolve } from './evolve/index.js';
export { isPending, needsAttention, pendingEffects, workUnderWay, type Effect, type WorkUnderWay } from './effects.js';
export { nextDue, type Due } from './due.js';
export { decodeSnapshot, encodeSnapshot } from './snapshot.js';
export { decodeJournalRecord, encodeJournalRecord, type JournalRecord } from './journal-record.js';
export { updateRequestMessages, UPDATE_ABANDONED_BY_CLOSE, type UpdateRejection } from './updates.js';
export { startActivityTask } from './decide/activity-start.js';
export { closeActivity, type ActivityIdentity, type ActivityOutcome } from './decide/activity-close.js';
export { heartbeatActivity } from './decide/activity-heartbeat.js';
export {
  recordChildClosed,
  recordChildStarted,
  recordChildStartFailed,
  recordParentCloseDutyDone,
  recordParentNotified,
  type ChildClose,
} from './decide/child.js';
export {
  completeWorkflowTask,
  type CompleteWorkflowTask,
  type WorkflowTaskCompletion,
} from './decide/complete-workflow-task.js';
export { deleteExecution } from './decide/delete.js';
export { recordCallback, type CallbackOutcome } from './decide/callback.js';
export { elapse } from './decide/elapse.js';
export { recordExternalOutcome, type ExternalOutcome } from './decide/external.js';
export {
  endNexusOperation,
  recordNexusCancel,
  recordNexusStart,
  type NexusCancelOutcome,
  type NexusOperationEnd,
  type NexusOutcome,
  type NexusStartOutcome,
} from './decide/nexus.js';
export { alreadyCompleted } from './decide/workflow-task-token.js';
export { leaveStickyQueue, reportWorkflowTaskFailure, resetStickyQueue } from './decide/fail-workflow-task.js';
export {
  requestCancel,
  signalExecution,
  terminateExecution,
  type CancelRequest,
  type Signal,
} from './decide/outside-requests.js';
export { refusedOptions, updateOptions, type OptionsUpdate } from './decide/options.js';
export { isReapplicable, type Reapplication } from './decide/reapply.js';
export { resetExecution, type LaterRun, type PostResetOperation, type ResetExecution } from './decide/reset.js';
export { startExecution, type Parent, type StartedExecution, type StartExecution } from './decide/start.js';
export { takeWorkflowTask, type WorkflowTaskTaker } from './decide/start-workflow-task.js';
export { admitUpdate } from './decide/update.js';
export type { Termination } from './decide/close.js';
export type { WorkflowTaskFailure } from './decide/workflow-task.js';
export type { WorkflowTaskIdentity } from './decide/workflow-task-token.js';
