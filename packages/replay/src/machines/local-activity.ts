import { enums, msToTimestamp, timestampToMs, type failure, type google, type history } from '@perdure/protocol';
import type { ActivityResolution, ScheduleLocalActivityCommand } from '@perdure/common/activation';
import type { OutgoingCommand } from '../context.js';
import { CorruptHistoryError } from '../errors.js';
import { activityFailure } from './failures.js';
import type { LocalActivityRequest, LocalActivityResult } from '../workflow-task.js';
import { jsonPayload, parseJsonPayload } from './json-payload.js';

const { CommandType, EventType } = enums;
type Failure = failure.IFailure;
const LOCAL_ACTIVITY_MARKER = 'core_local_activity';

/** `LocalActivityMarkerData` of the core's protos, in the JSON that its SDKs write. */
interface MarkerData {
  readonly seq: number;
  readonly attempt: number;
  readonly activity_id: string;
  readonly activity_type: string;
  readonly complete_time: google.ITimestamp | null;
  readonly backoff: google.IDuration | null;
  readonly original_schedule_time: google.ITimestamp | null;
}

/** How a local activity ended, as the history says it. */
export interface RecordedLocalActivity {
  /** Its marker. */
  readonly event: history.HistoryEvent;
  readonly seq: number;
  readonly activityType: string;
  readonly result: LocalActivityResult;
  readonly originalScheduleTime: google.ITimestamp;
}

/** Reads the marker of a local activity; `undefined` for any other event. Throws `CorruptHistoryError` if it cannot be read. */
export function readLocalActivityMarker(event: history.HistoryEvent): RecordedLocalActivity | undefined {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== LOCAL_ACTIVITY_MARKER) return undefined;
  const data = markerDataOf(event, marker);
  const { attempt, backoff } = data;
  const base = { attempt, completedAtMs: completedAt(data.complete_time) };
  const originalScheduleTime = data.original_schedule_time ?? {};
  const common = { event, seq: data.seq, activityType: data.activity_type, originalScheduleTime };
  const { failure } = marker;
  if (failure === undefined) {
    return { ...common, result: { ...base, status: 'completed', result: marker.details['result']?.payloads[0] } };
  }
  if (backoff !== null) return { ...common, result: { ...base, status: 'backoff', failure, backoff } };
  const isCancelled = failure.canceledFailureInfo !== undefined;
  return { ...common, result: { ...base, status: isCancelled ? 'cancelled' : 'failed', failure } };
}

function markerDataOf(event: history.HistoryEvent, { details }: history.MarkerRecordedEventAttributes): MarkerData {
  const data = parseJsonPayload(details['data']?.payloads[0]);
  if (data === undefined) throw new CorruptHistoryError(event, 'its data is not the JSON of a local activity');
  const { seq, attempt, activity_type: activityType, activity_id: activityId = '' } = data;
  const { complete_time: completeTime, backoff, original_schedule_time: scheduleTime } = data;
  const broken = Object.entries({
    seq: isCount(seq),
    attempt: isCount(attempt),
    activity_type: typeof activityType === 'string',
    complete_time: isTimeOrNull(completeTime),
    backoff: isTimeOrNull(backoff),
    original_schedule_time: isTimeOrNull(scheduleTime),
  }).flatMap(([name, isGood]) => (isGood ? [] : [`\`${name}\``]));
  if (broken.length > 0) throw new CorruptHistoryError(event, `in its data ${broken.join(', ')} cannot be read`);
  return {
    seq: seq as number,
    attempt: attempt as number,
    activity_id: activityId as string,
    activity_type: activityType as string,
    complete_time: (completeTime as google.ITimestamp | null | undefined) ?? null,
    backoff: (backoff as google.IDuration | null | undefined) ?? null,
    original_schedule_time: (scheduleTime as google.ITimestamp | null | undefined) ?? null,
  };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** A timestamp or a duration, as Temporal's core writes them: seconds and nanoseconds as numbers. */
function isTimeOrNull(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object') return false;
  const { seconds = 0, nanos = 0 } = value as { readonly seconds?: unknown; readonly nanos?: unknown };
  return Number.isSafeInteger(seconds) && Number.isSafeInteger(nanos);
}

/** Workflow code sees whole milliseconds. Zero: it was cancelled before it had run. */
function completedAt(time: google.ITimestamp | null): number {
  return time === null ? 0 : Math.floor(timestampToMs(time));
}

/** The command that records how a local activity ended. */
export function localActivityMarkerCommand(
  { seq, activityId, activityType, callSite, userMetadata }: ScheduleLocalActivityCommand,
  result: LocalActivityResult,
  originalScheduleTime: google.ITimestamp,
): OutgoingCommand {
  const data: MarkerData = {
    seq,
    attempt: result.attempt,
    activity_id: activityId,
    activity_type: activityType,
    complete_time: result.completedAtMs === 0 ? null : msToTimestamp(result.completedAtMs),
    backoff: result.status === 'backoff' ? result.backoff : null,
    original_schedule_time: originalScheduleTime,
  };
  const details: Record<string, { payloads: ReturnType<typeof jsonPayload>[] }> = {
    data: { payloads: [jsonPayload(data)] },
  };
  if (result.status === 'completed' && result.result !== undefined) details['result'] = { payloads: [result.result] };
  return {
    command: {
      commandType: CommandType.COMMAND_TYPE_RECORD_MARKER,
      recordMarkerCommandAttributes: {
        markerName: LOCAL_ACTIVITY_MARKER,
        details,
        failure: result.status === 'completed' ? undefined : result.failure,
      },
      userMetadata,
    },
    description: `the marker of local activity ${activityType}, number ${seq}`,
    callSite,
    eventType: EventType.EVENT_TYPE_MARKER_RECORDED,
    isUnordered: true,
    differs: (event) => {
      const recorded = readLocalActivityMarker(event);
      if (recorded === undefined) return 'the event is another kind of marker';
      if (recorded.activityType !== activityType) {
        return `local activity types differ: ${recorded.activityType} and ${activityType}`;
      }
      return recorded.seq === seq ? undefined : `local activities differ: number ${recorded.seq} and number ${seq}`;
    },
  };
}

/** How workflow code sees the end of a local activity. */
export function localActivityResolution(
  { activityType, activityId }: ScheduleLocalActivityCommand,
  result: LocalActivityResult,
  originalScheduleTime: google.ITimestamp,
): ActivityResolution {
  switch (result.status) {
    case 'completed':
      return { status: 'completed', result: result.result };
    case 'failed':
      return { status: 'failed', failure: failureOf(result.failure, activityType, activityId) };
    case 'cancelled':
      return {
        status: 'cancelled',
        failure: activityFailure('Local Activity cancelled', result.failure, {
          activityType,
          activityId,
          retryState: enums.RetryState.RETRY_STATE_CANCEL_REQUESTED,
        }),
      };
    case 'backoff':
      return {
        status: 'backoff',
        attempt: result.attempt + 1,
        backoffDuration: result.backoff,
        originalScheduleTime,
      };
  }
}

/**
 * Temporal's core hands on what a local activity threw as it is, and wraps what it timed out with. (Its replayer then forgets to wrap: a
 * workflow that looks at the kind of error takes another way on replay. Here both are as they were in life.)
 */
function failureOf(failure: Failure, activityType: string, activityId: string): Failure {
  if (failure.timeoutFailureInfo == null) return failure;
  const retryState = enums.RetryState.RETRY_STATE_CANCEL_REQUESTED;
  return activityFailure('Local Activity timed out', failure, { activityType, activityId, retryState });
}

/** What the worker needs to run a local activity. */
export function localActivityRequest(
  command: ScheduleLocalActivityCommand,
  originalScheduleTimeMs: number,
): LocalActivityRequest {
  const { seq, activityId, activityType, headers, attempt, retryPolicy, localRetryThreshold } = command;
  const { scheduleToCloseTimeout, scheduleToStartTimeout, startToCloseTimeout } = command;
  return {
    seq,
    activityId,
    activityType,
    arguments: command.arguments,
    headers,
    attempt: Math.max(1, attempt),
    originalScheduleTimeMs,
    scheduleToCloseTimeout,
    scheduleToStartTimeout,
    startToCloseTimeout,
    retryPolicy,
    localRetryThreshold,
  };
}
