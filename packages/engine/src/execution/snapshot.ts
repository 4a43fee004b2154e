import { decode, encode } from '@msgpack/msgpack';
import { common, failure, history, sdk, update, workflow } from '@perdure/protocol';
import { activityTimeouts } from './evolve/activity.js';
import { EMPTY_MAP, initialState } from './initial-state.js';
import { packed, unpacked } from './journal-record.js';
import type { ActivityState, ChildState, ExecutionState, ExternalRequestState, UpdateState } from './state.js';

/** Grows when an older reader could not understand a newer snapshot. */
export const SNAPSHOT_VERSION = 1;

/**
 * Encodes a whole state, so that loading an execution does not have to fold its journal from the beginning.
 * Protobuf messages inside are kept as protobuf; the rest is MessagePack with named fields, of which an unknown one
 * is ignored and a missing one takes its initial value.
 */
export function encodeSnapshot(state: ExecutionState): Uint8Array {
  const {
    started,
    userMetadata,
    closeEvent,
    bufferedEvents,
    memo,
    searchAttributes,
    resetPoints,
    activityIds,
    ...plain
  } = state;
  void activityIds;
  return encode(
    {
      ...plain,
      version: SNAPSHOT_VERSION,
      started: history.WorkflowExecutionStartedEventAttributes.encode(started),
      userMetadata: packed(sdk.UserMetadata, userMetadata),
      closeEvent: packed(history.HistoryEvent, closeEvent),
      bufferedEvents: bufferedEvents.map(({ event }) => history.HistoryEvent.encode(event)),
      memo: common.Memo.encode({ fields: memo }),
      searchAttributes: common.SearchAttributes.encode({ indexedFields: searchAttributes }),
      resetPoints: workflow.ResetPoints.encode({ points: resetPoints }),
      activities: [...state.activities.values()].map(packActivity),
      timers: [...state.timers.values()],
      children: [...state.children.values()].map(packChild),
      externalRequests: [...state.externalRequests.values()].map(packExternalRequest),
      updates: [...state.updates.values()].map(packUpdate),
      signalRequestIds: [...state.signalRequestIds],
    },
    { ignoreUndefined: true },
  );
}

type PackedState = Record<keyof ExecutionState | 'version', never>;

/** The inverse of `encodeSnapshot`. Throws if the snapshot is of a newer version. */
export function decodeSnapshot(bytes: Uint8Array): ExecutionState {
  const raw = decode(bytes) as PackedState & { readonly version: number };
  if (raw.version > SNAPSHOT_VERSION) {
    throw new Error(
      `Execution snapshot has version ${raw.version as number}, this server reads up to ${SNAPSHOT_VERSION}: start a newer server.`,
    );
  }
  const { version, ...plain } = raw;
  void version;
  const identity = plain as unknown as Pick<ExecutionState, 'key' | 'namespace' | 'createRequestId'>;
  const activities = (plain.activities as PackedActivity[]).map(unpackActivity);
  const timers = plain.timers as { timerId: string }[];
  return {
    ...initialState({ ...identity.key, namespace: identity.namespace, createRequestId: identity.createRequestId }),
    ...(plain as object),
    started: history.WorkflowExecutionStartedEventAttributes.decode(plain.started),
    userMetadata: unpacked(sdk.UserMetadata, plain.userMetadata),
    closeEvent: unpacked(history.HistoryEvent, plain.closeEvent),
    bufferedEvents: (plain.bufferedEvents as Uint8Array[]).map((event) => ({
      event: history.HistoryEvent.decode(event),
    })),
    memo: common.Memo.decode(plain.memo).fields,
    searchAttributes: common.SearchAttributes.decode(plain.searchAttributes).indexedFields,
    resetPoints: workflow.ResetPoints.decode(plain.resetPoints).points,
    activities: keyed(activities, (activity) => activity.scheduledEventId),
    activityIds:
      activities.length === 0
        ? EMPTY_MAP
        : new Map(activities.map((activity) => [activity.activityId, activity.scheduledEventId])),
    timers: keyed(timers, (timer) => timer.timerId) as ExecutionState['timers'],
    children: keyed((plain.children as PackedChild[]).map(unpackChild), (child) => child.initiatedEventId),
    externalRequests: keyed(
      (plain.externalRequests as PackedExternalRequest[]).map(unpackExternalRequest),
      (request) => request.initiatedEventId,
    ),
    updates: keyed((plain.updates as PackedUpdate[]).map(unpackUpdate), (entry) => entry.updateId),
    signalRequestIds: new Set(plain.signalRequestIds as string[]),
  };
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

type PackedUpdate = Replace<UpdateState, { request: Bytes; outcome: Bytes }>;

function packUpdate(entry: UpdateState): PackedUpdate {
  return { ...entry, request: packed(update.Request, entry.request), outcome: packed(update.Outcome, entry.outcome) };
}

function unpackUpdate(raw: PackedUpdate): UpdateState {
  return { ...raw, request: unpacked(update.Request, raw.request), outcome: unpacked(update.Outcome, raw.outcome) };
}
