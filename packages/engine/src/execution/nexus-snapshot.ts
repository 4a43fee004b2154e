import { common, failure, history } from '@perdure/protocol';
import { nexusTimeouts } from './evolve/nexus.js';
import { packed, unpacked } from './journal-record.js';
import type { CallbackState, NexusCancellation, NexusOperationState, NexusTries } from './nexus-state.js';

type Bytes = Uint8Array | null;
type PackedTries = readonly [number, number | null, Bytes, number | null];
type PackedCancellation = readonly [number, number, number, NexusCancellation['phase'], PackedTries];

/** As a snapshot holds an operation: `[event id, attributes, scheduled, phase, tries, started, token, cancellation]`. */
export type PackedNexusOperation = readonly [
  number,
  Uint8Array,
  number,
  NexusOperationState['phase'],
  PackedTries,
  number | null,
  string,
  PackedCancellation | null,
];

/** An operation with its messages encoded. */
export function packNexusOperation(operation: NexusOperationState): PackedNexusOperation {
  const { cancellation } = operation;
  return [
    operation.scheduledEventId,
    history.NexusOperationScheduledEventAttributes.encode(operation.attributes).slice(),
    operation.scheduledTimeMs,
    operation.phase,
    packTries(operation.tries),
    operation.startedTimeMs ?? null,
    operation.operationToken,
    cancellation === undefined
      ? null
      : [
          cancellation.requestedEventId,
          cancellation.workflowTaskCompletedEventId,
          cancellation.requestedTimeMs,
          cancellation.phase,
          packTries(cancellation.tries),
        ],
  ];
}

/** The inverse of `packNexusOperation`. */
export function unpackNexusOperation(raw: PackedNexusOperation): NexusOperationState {
  const [scheduledEventId, encoded, scheduledTimeMs, phase, tries, startedTimeMs, operationToken, cancellation] = raw;
  const attributes = history.NexusOperationScheduledEventAttributes.decode(encoded);
  return {
    scheduledEventId,
    attributes,
    scheduledTimeMs,
    phase,
    tries: unpackTries(tries),
    startedTimeMs: startedTimeMs ?? undefined,
    operationToken,
    cancellation: cancellation === null ? undefined : unpackCancellation(cancellation),
    timeouts: nexusTimeouts(attributes),
  };
}

function unpackCancellation(raw: PackedCancellation): NexusCancellation {
  const [requestedEventId, workflowTaskCompletedEventId, requestedTimeMs, phase, tries] = raw;
  return { requestedEventId, workflowTaskCompletedEventId, requestedTimeMs, phase, tries: unpackTries(tries) };
}

/** As a snapshot holds a callback: `[callback, registered, phase, tries]`. */
export type PackedCallback = readonly [Uint8Array, number, CallbackState['phase'], PackedTries];

/** A callback with its messages encoded. */
export function packCallback({ callback, registeredTimeMs, phase, tries }: CallbackState): PackedCallback {
  return [common.Callback.encode(callback).slice(), registeredTimeMs, phase, packTries(tries)];
}

/** The inverse of `packCallback`. */
export function unpackCallback([callback, registeredTimeMs, phase, tries]: PackedCallback): CallbackState {
  return { callback: common.Callback.decode(callback), registeredTimeMs, phase, tries: unpackTries(tries) };
}

function packTries({ completed, lastCompleteTimeMs, lastFailure, nextAttemptTimeMs }: NexusTries): PackedTries {
  return [
    completed,
    lastCompleteTimeMs ?? null,
    packed(failure.Failure, lastFailure)?.slice() ?? null,
    nextAttemptTimeMs ?? null,
  ];
}

function unpackTries([completed, lastCompleteTimeMs, lastFailure, nextAttemptTimeMs]: PackedTries): NexusTries {
  return {
    completed,
    lastCompleteTimeMs: lastCompleteTimeMs ?? undefined,
    lastFailure: unpacked(failure.Failure, lastFailure),
    nextAttemptTimeMs: nextAttemptTimeMs ?? undefined,
  };
}
