import { enums, type command, type common } from '@perdure/protocol';
import type { Draft, EventExtras } from '../draft.js';
import type { Transition } from '../transition.js';

/** Why a command cannot be carried out; fails the workflow task, never the workflow. */
export interface CommandFailure {
  readonly cause: enums.WorkflowTaskFailedCause;
  /** Completes "BadXxxAttributes: ...": which field, which value, why. */
  readonly message: string;
  /** The run cannot go on at all, for example because its result is larger than any payload may be. */
  readonly terminates?: boolean;
}

/** One batch of commands on its way into history. */
export interface CommandBatch {
  readonly draft: Draft;
  readonly workflowTaskCompletedEventId: number;
  readonly identity: string;
  /** Resolves a namespace name that a command gives; `undefined` if there is no such namespace. */
  readonly namespaceId: (name: string) => string | undefined;
  /** Answers why search attributes cannot be accepted, or `undefined`. */
  readonly invalidSearchAttributes: (attributes: common.ISearchAttributes | null | undefined) => string | undefined;
  /** Whether activities may be handed out with the reply. */
  readonly allowsEagerActivities: boolean;
  readonly eagerActivities: number[];
  /** Buffered events exist that the worker has not seen; the run must not close over them. */
  readonly hasUnseenEvents: boolean;
  /** Something happened that needs another workflow task. */
  needsWorkflowTask: boolean;
  /** Runs opened by a closing command. */
  readonly openedRuns: Transition[];
}

/** Carries out one command, or says why it cannot. */
export type CommandHandler = (batch: CommandBatch, command: command.ICommand) => CommandFailure | undefined;

export function commandExtras(from: command.ICommand): EventExtras {
  return { userMetadata: from.userMetadata };
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
