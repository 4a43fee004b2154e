/**
 * Every limit the server enforces, with Temporal's defaults, in one place. All of them can be set at start-up.
 * Sources: https://docs.temporal.io/self-hosted-guide/defaults and the behaviour of Temporal's server.
 */
export interface Limits {
  /** Workflow ids, names, task queues, identities, request ids, signal names and the like, in bytes. */
  readonly idLengthBytes: number;
  /** One payloads field (input, result, details, memo ...): the request is refused above this. */
  readonly payloadSizeBytes: number;
  readonly payloadSizeWarnBytes: number;
  readonly memoSizeBytes: number;
  readonly searchAttributesCount: number;
  readonly searchAttributeValueSizeBytes: number;
  readonly searchAttributesSizeBytes: number;
  /** The run is terminated above these. */
  readonly historySizeBytes: number;
  readonly historyEventCount: number;
  readonly historySizeSuggestContinueAsNewBytes: number;
  readonly historyCountSuggestContinueAsNew: number;
  readonly pendingActivities: number;
  readonly pendingChildren: number;
  readonly pendingSignals: number;
  readonly pendingCancelRequests: number;
  /** Signals one run may receive. */
  readonly signalsPerRun: number;
  readonly updatesInFlight: number;
  readonly updatesPerRun: number;
  readonly bufferedEvents: number;
  readonly bufferedSizeBytes: number;
  readonly pendingQueriesPerRun: number;
  /** Page of history events, in bytes and in events. */
  readonly historyPageSizeBytes: number;
  readonly historyPageEvents: number;
  readonly visibilityPageSize: number;
  readonly defaultWorkflowTaskTimeoutMs: number;
  readonly maximumWorkflowTaskTimeoutMs: number;
  /** A local activity may keep a workflow task alive this long by heartbeats. */
  readonly workflowTaskHeartbeatTimeoutMs: number;
  readonly workflowTaskRetryInitialIntervalMs: number;
  readonly workflowTaskRetryMaximumIntervalMs: number;
  /** Attempts that keep the plain workflow task timeout. */
  readonly workflowTaskRetryPlainAttempts: number;
  readonly longPollTimeoutMs: number;
  readonly defaultActivityRetryInitialIntervalMs: number;
  readonly defaultActivityRetryBackoffCoefficient: number;
  /** Maximum interval as a multiple of the initial one. */
  readonly defaultActivityRetryMaximumIntervalCoefficient: number;
  /** Requests larger than this are refused by the transport. */
  readonly grpcMessageSizeBytes: number;
  readonly cronMinimumIntervalMs: number;
  readonly eagerActivitiesPerWorkflowTask: number;
  readonly attachedRequestIds: number;
  /** Actions of one schedule that wait for another to end. */
  readonly scheduleBufferedActions: number;
  /** Backfills of one schedule that are not done. */
  readonly scheduleBackfills: number;
  /** A note of a schedule, in bytes. */
  readonly scheduleNoteBytes: number;
  readonly scheduleMatchingTimes: number;
  /** Schedules that are kept decoded in memory; of the others the server knows when they are due next. */
  readonly schedulesInMemory: number;
  /** Schedules that act at the same time; others that are due wait for their turn. */
  readonly schedulesActing: number;
  /** Batches that run at a time in a namespace. */
  readonly batchOperationsRunning: number;
  /** Executions that a batch may name one by one. */
  readonly batchExecutions: number;
  /** Executions a batch acts on in a second, and at a time; a request may ask for fewer in a second. */
  readonly batchOperationsPerSecond: number;
  readonly batchOperationsAtOnce: number;
  /** Executions between two checkpoints of a batch: after a crash at most so many are acted on again. */
  readonly batchPageExecutions: number;
  readonly nexusEndpointNameBytes: number;
  readonly nexusEndpointDescriptionBytes: number;
  /** URLs of endpoints. */
  readonly nexusUrlBytes: number;
  /** Nexus operations of one run that have not ended. */
  readonly pendingNexusOperations: number;
  readonly nexusServiceNameBytes: number;
  readonly nexusOperationNameBytes: number;
  /** What a handler names an operation by that it has started. */
  readonly nexusOperationTokenBytes: number;
  /** Names and values of all headers of an operation, or of a callback, together. */
  readonly nexusHeaderBytes: number;
  /** How long one request to the handler of an operation, or to whoever waits for the end of a run, may take. */
  readonly nexusRequestTimeoutMs: number;
  readonly nexusRetryInitialIntervalMs: number;
  readonly nexusRetryMaximumIntervalMs: number;
  /** So many requests in a row to one endpoint, or of callbacks to one host, fail: then it is left alone for a while. */
  readonly nexusBreakerFailures: number;
  readonly nexusBreakerOpenMs: number;
  /** So many requests at once try whether it is up again; all of them have to find it so. */
  readonly nexusBreakerTrials: number;
  /** Failures before are forgotten each time that this is over; 0: only a request that is answered makes up for them. */
  readonly nexusBreakerIntervalMs: number;
  /** Who may be told of the end of one run. */
  readonly completionCallbacks: number;
  readonly callbackUrlBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** What Temporal's server enforces out of the box. */
export const DEFAULT_LIMITS: Limits = {
  idLengthBytes: 1000,
  payloadSizeBytes: 2 * MIB,
  payloadSizeWarnBytes: 512 * KIB,
  memoSizeBytes: 2 * MIB,
  searchAttributesCount: 100,
  searchAttributeValueSizeBytes: 2 * KIB,
  searchAttributesSizeBytes: 40 * KIB,
  historySizeBytes: 50 * MIB,
  historyEventCount: 50 * KIB,
  historySizeSuggestContinueAsNewBytes: 4 * MIB,
  historyCountSuggestContinueAsNew: 4 * KIB,
  pendingActivities: 2000,
  pendingChildren: 2000,
  pendingSignals: 2000,
  pendingCancelRequests: 2000,
  signalsPerRun: 10_000,
  updatesInFlight: 10,
  updatesPerRun: 2000,
  bufferedEvents: 100,
  bufferedSizeBytes: 2 * MIB,
  pendingQueriesPerRun: 1000,
  historyPageSizeBytes: 4 * MIB,
  historyPageEvents: 1000,
  visibilityPageSize: 1000,
  defaultWorkflowTaskTimeoutMs: 10 * SECOND_MS,
  maximumWorkflowTaskTimeoutMs: 120 * SECOND_MS,
  workflowTaskHeartbeatTimeoutMs: 30 * MINUTE_MS,
  workflowTaskRetryInitialIntervalMs: 5 * SECOND_MS,
  workflowTaskRetryMaximumIntervalMs: 10 * MINUTE_MS,
  workflowTaskRetryPlainAttempts: 3,
  longPollTimeoutMs: 60 * SECOND_MS,
  defaultActivityRetryInitialIntervalMs: SECOND_MS,
  defaultActivityRetryBackoffCoefficient: 2,
  defaultActivityRetryMaximumIntervalCoefficient: 100,
  grpcMessageSizeBytes: 128 * MIB,
  cronMinimumIntervalMs: SECOND_MS,
  eagerActivitiesPerWorkflowTask: 100,
  attachedRequestIds: 1000,
  scheduleBufferedActions: 1000,
  scheduleBackfills: 1000,
  scheduleNoteBytes: 1000,
  scheduleMatchingTimes: 1000,
  schedulesInMemory: 1000,
  schedulesActing: 100,
  batchOperationsRunning: 1,
  batchExecutions: 1000,
  batchOperationsPerSecond: 50,
  batchOperationsAtOnce: 5,
  batchPageExecutions: 100,
  nexusEndpointNameBytes: 200,
  nexusEndpointDescriptionBytes: 20_000,
  nexusUrlBytes: 4096,
  pendingNexusOperations: 30,
  nexusServiceNameBytes: 1000,
  nexusOperationNameBytes: 1000,
  nexusOperationTokenBytes: 4096,
  nexusHeaderBytes: 8192,
  nexusRequestTimeoutMs: 10 * SECOND_MS,
  nexusRetryInitialIntervalMs: SECOND_MS,
  nexusRetryMaximumIntervalMs: 60 * MINUTE_MS,
  nexusBreakerFailures: 6,
  nexusBreakerOpenMs: 60 * SECOND_MS,
  nexusBreakerTrials: 1,
  nexusBreakerIntervalMs: 0,
  completionCallbacks: 32,
  callbackUrlBytes: 1000,
};
