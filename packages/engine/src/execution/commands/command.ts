import { durationToMs, enums, type command, type common, type google } from '@perdure/protocol';
import type { Limits } from '../../limits.js';
import type { StatusName } from '../../rejection.js';
import { byteLength, memoSizeBytes, payloadsSizeBytes } from '../../validate.js';
import type { Draft, EventExtras } from '../draft.js';
import type { Transition } from '../transition.js';

/** Why a command cannot be carried out; fails the workflow task, never the workflow. */
export interface CommandFailure {
  readonly cause: enums.WorkflowTaskFailedCause;
  /** Completes "BadXxxAttributes: ...": which field, which value, why. */
  readonly message: string;
  /** The run cannot go on at all, for example because its result is larger than any payload may be. */
  readonly terminates?: boolean;
  /** Set where Temporal's server refuses the whole answer with this status and leaves the workflow task open. */
  readonly rejects?: StatusName;
}

/** One batch of commands on its way into history. */
export interface CommandBatch {
  readonly draft: Draft;
  readonly workflowTaskCompletedEventId: number;
  readonly identity: string;
  /** Resolves a namespace name that a command gives; `undefined` if there is no such namespace. */
  readonly namespaceId: (name: string) => string | undefined;
  /** Resolves the name of a Nexus endpoint; `undefined` if there is no such endpoint. */
  readonly nexusEndpointId: (name: string) => string | undefined;
  /** Answers why search attributes cannot be accepted, or `undefined`. */
  readonly invalidSearchAttributes: (attributes: common.ISearchAttributes | null | undefined) => string | undefined;
  /** Whether activities may be handed out with the reply. */
  readonly allowsEagerActivities: boolean;
  readonly eagerActivities: number[];
  /** Something happened that needs another workflow task. */
  needsWorkflowTask: boolean;
  /** Runs opened by a closing command. */
  readonly openedRuns: Transition[];
}

/** Carries out one command, or says why it cannot. */
export type CommandHandler = (batch: CommandBatch, command: command.ICommand) => CommandFailure | undefined;

/** What the event of a command takes over from it beside the attributes. */
export function commandExtras(from: command.ICommand): EventExtras {
  return { userMetadata: from.userMetadata };
}

/** The answer is refused as it stands; the workflow task stays open for a better one. */
export function rejectAnswer(code: StatusName, message: string): CommandFailure {
  return { cause: enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED, message, rejects: code };
}

/** Where a complaint belongs: the command, and what identifies it in the form `ActivityId=a ActivityType=act`. */
export interface Subject {
  readonly command: string;
  readonly about: string;
}

/** A name or id that a command must carry, within the length limit. */
export function invalidCommandId(
  field: string,
  value: string | null | undefined,
  { command, about }: Subject,
  limits: Limits,
): string | undefined {
  if (value == null || value === '') return withAbout(`${field} is not set on ${command}.`, about);
  return tooLongCommandId(field, value, { command, about }, limits);
}

/** Like `invalidCommandId` for an id that may be left out. */
export function tooLongCommandId(
  field: string,
  value: string | null | undefined,
  { command, about }: Subject,
  limits: Limits,
): string | undefined {
  const length = byteLength(value ?? '');
  if (length <= limits.idLengthBytes) return undefined;
  const message = withAbout(`${field} on ${command} exceeds length limit.`, about);
  return `${message} Length=${length} Limit=${limits.idLengthBytes}`;
}

/** Durations may be absent or zero, never negative. */
export function negativeDuration(
  field: string,
  value: google.IDuration | null | undefined,
  { command, about }: Subject,
): string | undefined {
  if ((durationToMs(value) ?? 0) >= 0) return undefined;
  return withAbout(`Invalid ${field} on ${command}: negative duration.`, about);
}

const RESERVED_QUEUE_PREFIX = '/_sys/';

/** Names under the reserved prefix are the server's own. */
export function reservedTaskQueue(
  name: string | null | undefined,
  { command, about }: Subject,
): CommandFailure | undefined {
  if (name == null || !name.startsWith(RESERVED_QUEUE_PREFIX)) return undefined;
  const message = `invalid TaskQueue on ${command}: task queue name cannot start with reserved prefix ${RESERVED_QUEUE_PREFIX}.`;
  return rejectAnswer('INVALID_ARGUMENT', withAbout(message, about));
}

/** Payloads beyond the limit end the run: trying again would not make them smaller. */
export function tooLarge(
  cause: enums.WorkflowTaskFailedCause,
  field: string,
  payloads: common.IPayloads | null | undefined,
  limits: Limits,
): CommandFailure | undefined {
  return exceedsSize(cause, field, payloadsSizeBytes(payloads), limits.payloadSizeBytes);
}

/** The same for a memo. */
export function tooLargeMemo(
  cause: enums.WorkflowTaskFailedCause,
  field: string,
  fields: Readonly<Record<string, common.IPayload>> | null | undefined,
  limits: Limits,
): CommandFailure | undefined {
  return exceedsSize(cause, field, memoSizeBytes(fields), limits.memoSizeBytes);
}

/** Ends the run if a field has more bytes than allowed: trying again would not make it smaller. */
export function exceedsSize(
  cause: enums.WorkflowTaskFailedCause,
  field: string,
  bytes: number,
  limitBytes: number,
): CommandFailure | undefined {
  if (bytes <= limitBytes) return undefined;
  const message = `${field} exceeds size limit: ${bytes} bytes, at most ${limitBytes} are allowed.`;
  return { ...badAttributes(cause, message), terminates: true };
}

function withAbout(message: string, about: string): string {
  return about === '' ? message : `${message} ${about}`;
}

/** Prefix of messages, in the form Temporal's server uses: the cause in camel case. */
export function badAttributes(cause: enums.WorkflowTaskFailedCause, message: string): CommandFailure {
  return { cause, message: `${causeName(cause)}: ${message}` };
}

/** `WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES` as `BadStartTimerAttributes`. */
export function causeName(cause: enums.WorkflowTaskFailedCause): string {
  const name = Object.entries(enums.WorkflowTaskFailedCause).find(([, value]) => value === cause)?.[0] ?? 'UNSPECIFIED';
  return name
    .replace('WORKFLOW_TASK_FAILED_CAUSE_', '')
    .toLowerCase()
    .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
