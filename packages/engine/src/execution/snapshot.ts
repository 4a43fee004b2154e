import { decode, Encoder } from '../inlined/msgpack.js';
import { common, failure, history, sdk, update, workflow } from '@perdure/protocol';
import { activityTimeouts } from './evolve/activity.js';
import { EMPTY_MAP, initialState } from './initial-state.js';
import { packed, unpacked } from './journal-record.js';
import { packCallback, packNexusOperation, unpackCallback, unpackNexusOperation } from './nexus-snapshot.js';
import type { PackedCallback, PackedNexusOperation } from './nexus-snapshot.js';
import { MessagePackWriter } from './message-pack-writer.js';
import { RequestIds } from './request-ids.js';
import { copyState } from './state-copy.js';
import type {
  ActivityState,
  ChildState,
  ExecutionState,
  ExternalRequestState,
  TimerState,
  UpdateState,
} from './state.js';

/** Grows when an older reader could not understand a newer snapshot. */
export const SNAPSHOT_VERSION = 1;

/**
 * The fields of a snapshot. A field is stored under its place in this list, so the list only ever grows at its end.
 * `activityIds` is derived from `activities`.
 */
const FIELDS = [
  'key',
  'namespace',
  'createRequestId',
  'sequence',
  'status',
  'started',
  'userMetadata',
  'attachedRequests',
  'chain',
  'startTimeMs',
  'executionTimeMs',
  'closeTimeMs',
  'closeEvent',
  'runDeadlineMs',
  'executionDeadlineMs',
  'workflowTaskTimeoutMs',
  'firstWorkflowTaskDueMs',
  'nextEventId',
  'historySizeBytes',
  'bufferedEvents',
  'bufferedSizeBytes',
  'workflowTask',
  'workflowTaskCount',
  'nextWorkflowTaskAttempt',
  'previousStartedEventId',
  'lastCompletedWorkflowTaskEventId',
  'sticky',
  'workflowTaskHeartbeatStartMs',
  'activities',
  'timers',
  'children',
  'externalRequests',
  'updates',
  'signalRequestIds',
  'signalCount',
  'acceptedUpdateCount',
  'cancelRequested',
  'cancelRequestId',
  'memo',
  'searchAttributes',
  'resetPoints',
  'parentCloseDuties',
  'parentToNotify',
  'deleted',
  'resetRunId',
  'priorityOverride',
  'resetRequest',
  'nexusOperations',
  'callbacks',
] as const satisfies readonly (keyof ExecutionState)[];

type Field = (typeof FIELDS)[number];

/** Fails to compile when a field of the state is not in the list. */
type Missing = Exclude<keyof ExecutionState, Field | 'activityIds'>;
const EVERY_FIELD_IS_STORED: [Missing] extends [never] ? true : Missing = true;

type Codecs = { readonly [F in Field]?: FieldCodec<ExecutionState[F]> };

interface FieldCodec<Value> {
  pack(value: Value): unknown;
  unpack(raw: never): Value;
}

/** How the fields that hold protobuf messages or collections are stored; the others are stored as they are. */
const CODECS: Codecs = {
  key: {
    pack: ({ namespaceId, workflowId, runId }) => [namespaceId, workflowId, runId],
    unpack: ([namespaceId, workflowId, runId]: [string, string, string]) => ({ namespaceId, workflowId, runId }),
  },
  started: {
    pack: (started) => history.WorkflowExecutionStartedEventAttributes.encode(started),
    unpack: (raw: Uint8Array) => history.WorkflowExecutionStartedEventAttributes.decode(raw),
  },
  userMetadata: {
    pack: (metadata) => packed(sdk.UserMetadata, metadata),
    unpack: (raw: Bytes) => unpacked(sdk.UserMetadata, raw),
  },
  closeEvent: {
    pack: (event) => packed(history.HistoryEvent, event),
    unpack: (raw: Bytes) => unpacked(history.HistoryEvent, raw),
  },
  bufferedEvents: {
    pack: (buffered) => buffered.map(({ event }) => history.HistoryEvent.encode(event).slice()),
    unpack: (raw: Uint8Array[]) =>
      raw.map((event) => ({
        event: history.HistoryEvent.decode(event),
        sizeBytes: event.length,
      })),
  },
  memo: {
    pack: (fields) => common.Memo.encode({ fields }),
    unpack: (raw: Uint8Array) => common.Memo.decode(raw).fields,
  },
  searchAttributes: {
    pack: (indexedFields) => common.SearchAttributes.encode({ indexedFields }),
    unpack: (raw: Uint8Array) => common.SearchAttributes.decode(raw).indexedFields,
  },
  resetPoints: {
    pack: (points) => workflow.ResetPoints.encode({ points }),
    unpack: (raw: Uint8Array) => workflow.ResetPoints.decode(raw).points,
  },
  activities: {
    pack: (activities) => [...activities.values()].map(packActivity),
    unpack: (raw: PackedActivity[]) => keyed(raw.map(unpackActivity), (activity) => activity.scheduledEventId),
  },
  timers: {
    pack: (timers) => [...timers.values()],
    unpack: (raw: TimerState[]) => keyed(raw, (timer) => timer.timerId),
  },
  children: {
    pack: (children) => [...children.values()].map(packChild),
    unpack: (raw: PackedChild[]) => keyed(raw.map(unpackChild), (child) => child.initiatedEventId),
  },
  externalRequests: {
    pack: (requests) => [...requests.values()].map(packExternalRequest),
    unpack: (raw: PackedExternalRequest[]) =>
      keyed(raw.map(unpackExternalRequest), (request) => request.initiatedEventId),
  },
  updates: {
    pack: (updates) => [...updates.values()].map(packUpdate),
    unpack: (raw: PackedUpdate[]) => keyed(raw.map(unpackUpdate), (entry) => entry.updateId),
  },
  priorityOverride: {
    pack: (priority) => packed(common.Priority, priority),
    unpack: (raw: Bytes) => unpacked(common.Priority, raw),
  },
  nexusOperations: {
    pack: (operations) => [...operations.values()].map(packNexusOperation),
    unpack: (raw: PackedNexusOperation[]) =>
      keyed(raw.map(unpackNexusOperation), (operation) => operation.scheduledEventId),
  },
  callbacks: {
    pack: (callbacks) => callbacks.map(packCallback),
    unpack: (raw: PackedCallback[]) => raw.map(unpackCallback),
  },
  signalRequestIds: { pack: (ids) => [...ids], unpack: (raw: string[]) => RequestIds.of(raw) },
};

/** A field that still has its initial value is left out. */
const INITIAL = initialState({ namespaceId: '', namespace: '', workflowId: '', runId: '', createRequestId: '' });

interface Place {
  readonly field: Field;
  readonly initial: unknown;
  readonly codec: FieldCodec<unknown> | undefined;
}

const PLACES: readonly Place[] = FIELDS.map((field) => ({
  field,
  initial: INITIAL[field],
  codec: CODECS[field],
}));

const encoder = new Encoder({ ignoreUndefined: true });
const writer = new MessagePackWriter((value) => encoder.encodeSharedRef(value));

/**
 * Encodes a whole state, so that loading an execution does not have to fold its journal from the beginning:
 * `[version, place, value, place, value, ...]` in MessagePack, with protobuf messages inside as protobuf.
 */
export function encodeSnapshot(state: ExecutionState): Uint8Array {
  void EVERY_FIELD_IS_STORED;
  const parts: unknown[] = [SNAPSHOT_VERSION];
  for (let place = 0; place < PLACES.length; place += 1) {
    const { field, initial, codec } = PLACES[place] as Place;
    const value = state[field];
    if (value === initial || isEmpty(value)) continue;
    parts.push(place, codec === undefined ? value : codec.pack(value));
  }
  return writer.value(parts).finish().slice();
}

/** Empty collections are what the fields that hold collections begin with. */
function isEmpty(value: unknown): boolean {
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return Array.isArray(value) && value.length === 0;
}

/** The inverse of `encodeSnapshot`; fields that a newer server added are passed over. Throws if the version is newer. */
export function decodeSnapshot(bytes: Uint8Array): ExecutionState {
  const [version, ...parts] = decode(bytes) as [number, ...unknown[]];
  if (version > SNAPSHOT_VERSION) {
    throw new Error(
      `Execution snapshot has version ${version}, this server reads up to ${SNAPSHOT_VERSION}: start a newer server.`,
    );
  }
  const state: Record<string, unknown> = { ...INITIAL };
  for (let index = 0; index < parts.length; index += 2) {
    const field = FIELDS[parts[index] as number];
    if (field === undefined) continue;
    const codec = CODECS[field] as FieldCodec<unknown> | undefined;
    state[field] = codec === undefined ? parts[index + 1] : codec.unpack(parts[index + 1] as never);
  }
  const { activities } = state as unknown as ExecutionState;
  if (activities.size > 0) {
    state['activityIds'] = new Map(
      [...activities.values()].map((activity) => [activity.activityId, activity.scheduledEventId]),
    );
  }
  return copyState(state as unknown as ExecutionState);
}

function keyed<K, V>(values: readonly V[], key: (value: V) => K): ReadonlyMap<K, V> {
  return values.length === 0 ? EMPTY_MAP : new Map(values.map((value) => [key(value), value]));
}

type Bytes = Uint8Array | null;
type Replace<T, R> = Omit<T, keyof R> & R;
type PackedActivity = Replace<
  ActivityState,
  { attributes: Uint8Array; heartbeatDetails: Bytes; lastFailure: Bytes; timeouts?: undefined }
>;

function packActivity(activity: ActivityState): PackedActivity {
  return {
    ...activity,
    attributes: history.ActivityTaskScheduledEventAttributes.encode(activity.attributes),
    heartbeatDetails: packed(common.Payloads, activity.heartbeatDetails),
    lastFailure: packed(failure.Failure, activity.lastFailure),
    timeouts: undefined,
  };
}

function unpackActivity(raw: PackedActivity): ActivityState {
  const attributes = history.ActivityTaskScheduledEventAttributes.decode(raw.attributes);
  return {
    ...raw,
    attributes,
    startedTimeMs: raw.startedTimeMs,
    lastHeartbeatTimeMs: raw.lastHeartbeatTimeMs,
    lastAttemptCompleteTimeMs: raw.lastAttemptCompleteTimeMs,
    heartbeatDetails: unpacked(common.Payloads, raw.heartbeatDetails),
    lastFailure: unpacked(failure.Failure, raw.lastFailure),
    timeouts: activityTimeouts(attributes),
  };
}

type PackedChild = Replace<ChildState, { attributes: Uint8Array }>;

function packChild(child: ChildState): PackedChild {
  return { ...child, attributes: history.StartChildWorkflowExecutionInitiatedEventAttributes.encode(child.attributes) };
}

function unpackChild(raw: PackedChild): ChildState {
  return { ...raw, attributes: history.StartChildWorkflowExecutionInitiatedEventAttributes.decode(raw.attributes) };
}

type PackedExternalRequest = Replace<
  ExternalRequestState,
  { signal: { name: string; input: Bytes; header: Bytes } | null }
>;

function packExternalRequest(request: ExternalRequestState): PackedExternalRequest {
  const { signal } = request;
  if (signal === undefined) return { ...request, signal: null };
  return {
    ...request,
    signal: {
      name: signal.name,
      input: packed(common.Payloads, signal.input),
      header: packed(common.Header, signal.header),
    },
  };
}

function unpackExternalRequest(raw: PackedExternalRequest): ExternalRequestState {
  const { signal } = raw;
  if (signal === null) return { ...raw, signal: undefined };
  return {
    ...raw,
    signal: {
      name: signal.name,
      input: unpacked(common.Payloads, signal.input),
      header: unpacked(common.Header, signal.header),
    },
  };
}

/** Older snapshots hold an `outcome` as well; it is in history too. */
type PackedUpdate = Replace<UpdateState, { request: Bytes }> & { readonly outcome?: Bytes };

function packUpdate(entry: UpdateState): PackedUpdate {
  return { ...entry, request: packed(update.Request, entry.request) };
}

function unpackUpdate(raw: PackedUpdate): UpdateState {
  const { outcome: _outcome, ...entry } = raw;
  return { ...entry, request: unpacked(update.Request, entry.request) };
}
