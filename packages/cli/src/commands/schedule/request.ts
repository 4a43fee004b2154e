import type { CommandContext, FlagSpec } from '../../command.js';
import { durationToJson } from '../../duration.js';
import { UsageError } from '../../errors.js';
import type { Flags } from '../../flags.js';
import { isObject, type Json, type JsonObject } from '../../json.js';
import { payloadMap } from '../../payloads.js';
import { longName } from '../workflow/names.js';
import { WORKFLOW_FLAGS, workflowRequest } from '../workflow/start-request.js';
import { newId } from '../../ids.js';

const OVERLAPS = ['Skip', 'BufferOne', 'BufferAll', 'CancelOther', 'TerminateOther', 'AllowAll'] as const;

/** The flag that names a schedule. */
export const SCHEDULE_FLAG: FlagSpec = {
  flags: '-s, --schedule-id <id>',
  description: 'the schedule',
  required: true,
};

/** The flag that says what happens while the last execution still runs. */
export const OVERLAP_FLAG: FlagSpec = {
  flags: '--overlap-policy <policy>',
  description: `while the last one still runs: ${OVERLAPS.join(', ')} (default: Skip)`,
  values: OVERLAPS,
};

/** Flags of a whole schedule: when, what, and what if. */
export const SCHEDULE_FLAGS: readonly FlagSpec[] = [
  SCHEDULE_FLAG,
  { flags: '--cron <line>', description: 'when, such as "30 2 * * 5"; may be repeated', many: true },
  { flags: '--interval <every/offset>', description: 'when, such as 1h or 1h/15m; may be repeated', many: true },
  {
    flags: '--calendar <json>',
    description: 'when, such as {"dayOfWeek":"Fri","hour":"17"}; may be repeated',
    many: true,
  },
  { flags: '--time-zone <name>', description: 'what cron lines and calendars mean, such as Europe/Berlin' },
  { flags: '--start-time <time>', description: 'not before this time' },
  { flags: '--end-time <time>', description: 'not after this time' },
  { flags: '--jitter <duration>', description: 'up to so much later, at random' },
  OVERLAP_FLAG,
  { flags: '--catchup-window <duration>', description: 'what was missed by less than this is made up for' },
  { flags: '--pause-on-failure', description: 'pause when an execution fails' },
  { flags: '--paused', description: 'paused to begin with' },
  { flags: '--remaining-actions <count>', description: 'so many times and no more' },
  { flags: '--notes <text>', description: 'what people should know' },
  { flags: '--schedule-memo <key=json>', description: 'note to keep with the schedule; may be repeated', many: true },
  {
    flags: '--schedule-search-attribute <key=json>',
    description: 'value to find the schedule by; may be repeated',
    many: true,
  },
  ...WORKFLOW_FLAGS,
];

/** The schedule that the flags describe. */
export function scheduleOf(flags: Flags): JsonObject {
  const remaining = flags.count('remaining-actions');
  return {
    spec: {
      cronString: flags.texts('cron'),
      interval: flags.texts('interval').map(interval),
      calendar: flags.texts('calendar').map(calendar),
      timezoneName: flags.text('time-zone'),
      startTime: flags.time('start-time'),
      endTime: flags.time('end-time'),
      jitter: flags.duration('jitter'),
    },
    action: { startWorkflow: workflowRequest(flags) },
    policies: {
      overlapPolicy: overlapPolicy(flags),
      catchupWindow: flags.duration('catchup-window'),
      pauseOnFailure: flags.isSet('pause-on-failure'),
    },
    state: {
      notes: flags.text('notes'),
      paused: flags.isSet('paused'),
      limitedActions: remaining !== undefined,
      remainingActions: remaining === undefined ? undefined : String(remaining),
    },
  };
}

/** What is kept with the schedule itself, not with its executions. */
export function scheduleAttributes(flags: Flags): JsonObject {
  const memo = payloadMap(flags, 'schedule-memo');
  const attributes = payloadMap(flags, 'schedule-search-attribute');
  return {
    ...(memo === undefined ? {} : { memo: { fields: memo } }),
    ...(attributes === undefined ? {} : { searchAttributes: { indexedFields: attributes } }),
  };
}

/** The policy as the API names it; undefined if none was given. */
export function overlapPolicy(flags: Flags): string | undefined {
  const policy = flags.oneOf('overlap-policy', OVERLAPS);
  return policy && longName(policy, 'SCHEDULE_OVERLAP_POLICY_');
}

/** Which schedule, and who asks. */
export async function scheduleRef({ flags, session }: CommandContext): Promise<JsonObject> {
  const { namespace, identity } = await session();
  return { namespace, identity, scheduleId: flags.required('schedule-id'), requestId: newId() };
}

function interval(text: string): JsonObject {
  const [every = '', offset] = text.split('/');
  return {
    interval: durationToJson('interval', every),
    ...(offset === undefined ? {} : { phase: durationToJson('interval', offset) }),
  };
}

function calendar(text: string): Json {
  let parsed: Json | undefined;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    // The message below says it.
  }
  if (!isObject(parsed)) throw new UsageError(`--calendar must be an object in JSON, not ${text}`);
  return parsed;
}
