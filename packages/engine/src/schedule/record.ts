import { decode, Encoder } from '../inlined/msgpack.js';
import { common, failure, schedule, type AnyCodec } from '@perdure/protocol';
import type { ScheduleState } from './state.js';

/** Grows when an older reader could not understand a newer record. */
const RECORD_VERSION = 1;
const MESSAGES = {
  schedule: schedule.Schedule,
  memo: common.Memo,
  searchAttributes: common.SearchAttributes,
  lastCompletionResult: common.Payloads,
  lastFailure: failure.Failure,
} as const;

const encoder = new Encoder({ ignoreUndefined: true });

/** A schedule as it is stored: messages of the API in their own encoding, everything else as it is. */
export function encodeSchedule(state: ScheduleState): Uint8Array {
  const fields: Record<string, unknown> = { ...state };
  for (const [name, codec] of Object.entries(MESSAGES) as [keyof typeof MESSAGES, AnyCodec][]) {
    const message = state[name];
    fields[name] = message === undefined ? undefined : codec.encode(message);
  }
  return encoder.encode([RECORD_VERSION, fields]);
}

/** Reads what `encodeSchedule` wrote. Throws if a newer server wrote it. */
export function decodeSchedule(record: Uint8Array): ScheduleState {
  const [version, fields] = decode(record) as [number, Record<string, unknown>];
  if (version > RECORD_VERSION) {
    throw new Error(`A schedule was written by a newer server (record version ${version}): use that one`);
  }
  const state = { ...fields };
  for (const [name, codec] of Object.entries(MESSAGES)) {
    const bytes = fields[name];
    if (bytes instanceof Uint8Array) state[name] = codec.decode(bytes);
  }
  return state as unknown as ScheduleState;
}
