import { enums } from '@perdure/protocol';
import {
  decodeJournalRecord,
  decodeSnapshot,
  encodeJournalRecord,
  encodeSnapshot,
  evolve,
  isClosed,
  isPending,
  needsAttention,
  nextDue,
  pendingEffects,
  workUnderWay,
  type Effect,
  type ExecutionState,
  type Transition,
} from '../execution/index.js';
import { duesUntil } from '../execution/due.js';
import { timeOf } from './history-laws.js';

const { EventType } = enums;

/** Written when they become part of history, with the time at which they happened. */
const BACKDATED: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_STARTED,
]);

/** A law of the engine has been broken. */
export class BrokenLaw extends Error {}

/** Fails the test with the law that does not hold. */
export function law(holds: boolean, description: () => string): void {
  if (!holds) throw new BrokenLaw(description());
}

/** The state that the journal's copy of a transition leads to. Holds it equal to the state the decision gave. */
export function foldJournal(before: ExecutionState | undefined, transition: Transition): ExecutionState {
  const record = decodeJournalRecord(encodeJournalRecord(transition));
  law(
    record.sequence === (before?.sequence ?? 0) + 1,
    () => `journal sequence ${record.sequence} after ${before?.sequence ?? 0}`,
  );
  const folded = evolve(before, record.facts);
  law(
    sameBytes(encodeSnapshot(folded), encodeSnapshot(transition.state)),
    () => `the fold differs from the live state:\n${differences(folded, transition.state)}`,
  );
  return folded;
}

/** A snapshot read back is the same state, and writes the same snapshot. */
export function reloaded(state: ExecutionState): ExecutionState {
  const bytes = encodeSnapshot(state);
  const again = decodeSnapshot(bytes);
  law(
    sameBytes(encodeSnapshot(again), bytes),
    () => `a snapshot read back is another state:\n${differences(again, state)}`,
  );
  return again;
}

/** Laws about a single transition. */
export function checkTransition(before: ExecutionState | undefined, transition: Transition, nowMs: number): void {
  const { state, facts } = transition;
  for (const fact of facts) {
    const isEvent = fact.kind === 'event' || fact.kind === 'bufferFlushed' || fact.kind === 'eventBuffered';
    law(
      !isEvent || before === undefined || !isClosed(before),
      () => `an event was written after the close: ${JSON.stringify(fact)}`,
    );
    if (fact.kind !== 'event' || state.sequence === 1) continue;
    const timeMs = timeOf(fact.event);
    law(timeMs <= nowMs, () => `event ${fact.event.eventId} is of the future`);
    law(
      timeMs === nowMs || BACKDATED.has(fact.event.eventType ?? 0),
      () => `event ${fact.event.eventId} is of the past`,
    );
  }
}

/** Effects handed out and not yet dealt with are what the state says is owed. */
export function checkEffects(outstanding: Map<string, Effect>, transition: Transition): void {
  const { state } = transition;
  for (const effect of transition.effects) outstanding.set(JSON.stringify(effect), effect);
  for (const [key, effect] of outstanding) if (!isPending(state, effect)) outstanding.delete(key);
  const owed = pendingEffects(state).map((effect) => JSON.stringify(effect));
  law(
    JSON.stringify([...outstanding.keys()].sort()) === JSON.stringify([...owed].sort()),
    () => `effects handed out: ${[...outstanding.keys()].join()}; owed: ${owed.join()}`,
  );
  law(
    needsAttention(state) === owed.length > 0,
    () => `needsAttention is ${needsAttention(state)} with ${owed.length} effects owed`,
  );
  const { activities, others } = workUnderWay(state);
  law(activities + others > 0 || owed.length === 0, () => `nothing is left to do with ${owed.join()} owed`);
  law(
    others > 0 || isClosed(state) || state.workflowTask === undefined,
    () => 'nothing is left to do with a workflow task under way',
  );
}

/** The next thing due is the earliest of all. */
export function checkNextDue(state: ExecutionState): void {
  const [earliest] = duesUntil(state, Infinity);
  const next = nextDue(state);
  law(
    next?.dueMs === earliest?.dueMs,
    () => `nextDue is ${JSON.stringify(next)}, the earliest is ${JSON.stringify(earliest)}`,
  );
}

/** Freezes everything that a decision could change by mistake. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return;
  Object.freeze(value);
  if (value instanceof Map) for (const item of value.values()) deepFreeze(item);
  else for (const item of Object.values(value)) deepFreeze(item);
}

/** Whether two encodings are the same. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

function differences(left: ExecutionState, right: ExecutionState): string {
  const lines: string[] = [];
  for (const name of Object.keys(right) as (keyof ExecutionState)[]) {
    const [one, other] = [readable(left[name]), readable(right[name])];
    if (one !== other) lines.push(`${name}: ${one} <> ${other}`);
  }
  return lines.join('\n');
}

function readable(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      item instanceof Map ? [...item] : item instanceof Set ? [...item] : item,
    ) ?? ''
  );
}
