import { decode, Encoder } from '../inlined/msgpack.js';
import { common, failure, history, update } from '@perdure/protocol';
import { MessagePackWriter } from './message-pack-writer.js';
import type { ActivityRetryScheduledFact, CallbackTriedFact, Fact, FailedTryFact, RecordedEvent } from './facts.js';
import type { ExecutionKey } from './state.js';

/** One transition as the journal holds it. */
export interface JournalRecord {
  readonly key: ExecutionKey;
  readonly sequence: number;
  readonly facts: readonly Fact[];
}

/** Made once: a new encoder allocates its buffer anew. */
const encoder = new Encoder({ ignoreUndefined: true });
const writer = new MessagePackWriter((value) => encoder.encodeSharedRef(value));

/**
 * Encodes a transition for the journal: `[namespaceId, workflowId, runId, sequence, facts]` in MessagePack.
 * An event is its protobuf bytes as they are; any other fact is `[kind, body]`, with protobuf messages as bytes.
 * The record shares its memory with others: keep a copy of one that is kept for long.
 */
export function encodeJournalRecord({ key, sequence, facts }: JournalRecord): Uint8Array {
  writer.array(5).text(key.namespaceId).text(key.workflowId).text(key.runId).integer(sequence).array(facts.length);
  for (const fact of facts) {
    const packed = packFact(fact);
    if (packed === undefined) writer.array(2).text(fact.kind).members(fact, 'kind');
    else writer.value(packed);
  }
  return writer.finish();
}

/** The inverse of `encodeJournalRecord`. */
export function decodeJournalRecord(bytes: Uint8Array): JournalRecord {
  const [namespaceId, workflowId, runId, sequence, facts] = decode(bytes) as [string, string, string, number, Packed[]];
  return { key: { namespaceId, workflowId, runId }, sequence, facts: facts.map(unpackFact) };
}

type Packed = Uint8Array | [string, unknown];

/** How a fact is stored that holds messages; the others are stored as they are. */
function packFact(fact: Fact): Packed | undefined {
  switch (fact.kind) {
    case 'event':
      return fact.bytes;
    case 'eventBuffered':
      return [fact.kind, fact.bytes];
    case 'bufferFlushed':
      return [fact.kind, fact.events.map(({ bytes }) => bytes)];
    case 'activityHeartbeat':
      return [fact.kind, [fact.scheduledEventId, fact.timeMs, packed(common.Payloads, fact.details)]];
    case 'activityRetryScheduled':
      return [fact.kind, packRetry(fact.activity)];
    case 'nexusTryFailed':
      return [fact.kind, [fact.request, fact.scheduledEventId, ...packTry(fact.failed)]];
    case 'callbackTried':
      return [fact.kind, [fact.callback.index, fact.callback.outcome, ...packTry(fact.callback)]];
    case 'updateAdmitted':
      return [fact.kind, [fact.updateId, update.Request.encode(fact.request)]];
    default:
      return undefined;
  }
}

function unpackFact(item: Packed): Fact {
  if (item instanceof Uint8Array) return { kind: 'event', ...recorded(item) };
  const [kind, body] = item as [Fact['kind'], unknown];
  switch (kind) {
    case 'eventBuffered':
      return { kind, ...recorded(body as Uint8Array) };
    case 'bufferFlushed':
      return { kind, events: (body as Uint8Array[]).map(recorded) };
    case 'activityHeartbeat': {
      const [scheduledEventId, timeMs, details] = body as [number, number, Uint8Array | null];
      return { kind, scheduledEventId, timeMs, details: unpacked(common.Payloads, details) };
    }
    case 'activityRetryScheduled':
      return { kind, activity: unpackRetry(body as PackedRetry) };
    case 'nexusTryFailed': {
      const [request, scheduledEventId, ...failed] = body as ['start' | 'cancel', number, ...PackedTry];
      return { kind, request, scheduledEventId, failed: unpackTry(failed) };
    }
    case 'callbackTried': {
      const [index, outcome, ...tried] = body as [number, CallbackTriedFact['outcome'], ...PackedTry];
      return { kind, callback: { index, outcome, ...unpackTry(tried) } };
    }
    case 'updateAdmitted': {
      const [updateId, request] = body as [string, Uint8Array];
      return { kind, updateId, request: update.Request.decode(request) };
    }
    default:
      return { kind, ...(body as object) } as Fact;
  }
}

type PackedTry = [number, number | null, Uint8Array | null];

function packTry({ completedTimeMs, nextAttemptTimeMs, failure: reason }: FailedTryFact): PackedTry {
  return [completedTimeMs, nextAttemptTimeMs ?? null, packed(failure.Failure, reason)];
}

function unpackTry([completedTimeMs, nextAttemptTimeMs, reason]: PackedTry): FailedTryFact {
  return {
    completedTimeMs,
    failure: unpacked(failure.Failure, reason),
    nextAttemptTimeMs: nextAttemptTimeMs ?? undefined,
  };
}

type PackedRetry = [number, number, number, Uint8Array | null, number, Uint8Array | null];

function packRetry(retry: ActivityRetryScheduledFact): PackedRetry {
  const { scheduledEventId, attempt, nextAttemptTimeMs, lastFailure, completedTimeMs, heartbeatDetails } = retry;
  return [
    scheduledEventId,
    attempt,
    nextAttemptTimeMs,
    packed(failure.Failure, lastFailure),
    completedTimeMs,
    packed(common.Payloads, heartbeatDetails),
  ];
}

function unpackRetry([
  scheduledEventId,
  attempt,
  nextAttemptTimeMs,
  lastFailure,
  completedTimeMs,
  heartbeatDetails,
]: PackedRetry): ActivityRetryScheduledFact {
  return {
    scheduledEventId,
    attempt,
    nextAttemptTimeMs,
    lastFailure: unpacked(failure.Failure, lastFailure),
    completedTimeMs,
    heartbeatDetails: unpacked(common.Payloads, heartbeatDetails),
  };
}

function recorded(bytes: Uint8Array): RecordedEvent {
  return { event: history.HistoryEvent.decode(bytes), bytes };
}

interface MessageCodec<I, D> {
  encode(message: I): Uint8Array;
  decode(bytes: Uint8Array): D;
}

/** A protobuf message as bytes, or null. */
export function packed<I, D>(codec: MessageCodec<I, D>, message: I | null | undefined): Uint8Array | null {
  return message == null ? null : codec.encode(message);
}

/** The inverse of `packed`. */
export function unpacked<I, D>(codec: MessageCodec<I, D>, bytes: Uint8Array | null | undefined): D | undefined {
  return bytes == null ? undefined : codec.decode(bytes);
}
