import type { CommandContext, FlagSpec } from '../../../command.js';
import { CommandError } from '../../../errors.js';
import type { Flags } from '../../../flags.js';
import { isObject, objectAt, textAt, type JsonObject } from '../../../json.js';
import type { Session } from '../../../connection/session.js';
import type { Entries } from '../../../output/output.js';
import { failureText, inputFlags, inputPayloads, payloadMap, payloadValues } from '../../../payloads.js';
import { EXECUTION_FLAGS } from '../execution.js';
import { LONG_POLL_TIMEOUT_MS } from '../history.js';
import { shortName } from '../names.js';
import { newId } from '../../../ids.js';

const STAGE_PREFIX = 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_';

/** How far an update got before a call comes back. */
export type Stage = 'ACCEPTED' | 'COMPLETED';

/** Flags of what sends an update to an execution that runs. */
export const UPDATE_FLAGS: readonly FlagSpec[] = [
  ...EXECUTION_FLAGS,
  { flags: '--name <update>', description: 'name of the update', required: true },
  { flags: '--update-id <id>', description: 'id of the update; the same id twice is one update (default: a new one)' },
  { flags: '--first-execution-run-id <id>', description: 'only if the execution began with this run' },
  ...inputFlags(),
  { flags: '--headers <key=json>', description: 'header for interceptors of the worker; may be repeated', many: true },
];

/** Flags that name an update that was sent. */
export const UPDATE_REF_FLAGS: readonly FlagSpec[] = [
  ...EXECUTION_FLAGS,
  { flags: '--update-id <id>', description: 'id of the update', required: true },
];

/** How the flags of an update are called: beside those of a start they have longer names. */
export interface UpdateFlagNames {
  readonly name: string;
  readonly inputPrefix: string;
  readonly firstRunId: string;
}

/** The names where an update is all there is. */
export const PLAIN_NAMES: UpdateFlagNames = { name: 'name', inputPrefix: '', firstRunId: 'first-execution-run-id' };

/** The request for an update of the execution. */
export function updateRequest(
  flags: Flags,
  session: Session,
  execution: JsonObject,
  stage: Stage,
  names: UpdateFlagNames = PLAIN_NAMES,
): JsonObject {
  const header = payloadMap(flags, 'headers');
  return {
    namespace: session.namespace,
    workflowExecution: execution,
    firstExecutionRunId: flags.text(names.firstRunId),
    waitPolicy: { lifecycleStage: `${STAGE_PREFIX}${stage}` },
    request: {
      meta: { updateId: flags.text('update-id') ?? newId(), identity: session.identity },
      input: {
        name: flags.required(names.name),
        args: inputPayloads(flags, names.inputPrefix),
        ...(header === undefined ? {} : { header: { fields: header } }),
      },
    },
  };
}

/** Sends the update again for as long as the server answers before the stage; the same id twice is one update. */
export async function sendUpdate(session: Session, request: JsonObject): Promise<JsonObject> {
  const { isTimeout } = await import('../../../connection/call-errors.js');
  for (;;) {
    try {
      const answer = await session.call('UpdateWorkflowExecution', request, {
        timeoutMs: LONG_POLL_TIMEOUT_MS,
        isPatient: true,
      });
      if (isReached(answer, textAt(request, 'waitPolicy.lifecycleStage'))) return answer;
    } catch (error) {
      if (!isTimeout(error)) throw error;
    }
  }
}

/** Waits until an update that was sent is completed. */
export async function awaitUpdate(session: Session, ref: JsonObject): Promise<JsonObject> {
  const { isTimeout } = await import('../../../connection/call-errors.js');
  for (;;) {
    try {
      const answer = await pollUpdate(session, ref, 'COMPLETED');
      if (isObject(answer['outcome'])) return answer;
    } catch (error) {
      if (!isTimeout(error)) throw error;
    }
  }
}

/** Asks how an update is doing; without a stage the answer comes at once. */
export function pollUpdate(session: Session, ref: JsonObject, stage?: Stage): Promise<JsonObject> {
  return session.call(
    'PollWorkflowExecutionUpdate',
    {
      namespace: session.namespace,
      updateRef: ref,
      identity: session.identity,
      ...(stage === undefined ? {} : { waitPolicy: { lifecycleStage: `${STAGE_PREFIX}${stage}` } }),
    },
    stage === undefined ? {} : { timeoutMs: LONG_POLL_TIMEOUT_MS, isPatient: true },
  );
}

/** The update that the flags name, as the API refers to it. */
export function updateRefOf(flags: Flags): JsonObject {
  return {
    workflowExecution: { workflowId: flags.required('workflow-id'), runId: flags.text('run-id') ?? '' },
    updateId: flags.required('update-id'),
  };
}

function isReached(answer: JsonObject, stage: string): boolean {
  if (isObject(answer['outcome'])) return true;
  const reached = textAt(answer, 'stage');
  return !stage.endsWith('COMPLETED') && (reached === stage || reached.endsWith('COMPLETED'));
}

/** How what became of an update is told. */
export interface UpdateWords {
  /** Undefined where it is not known. */
  readonly name?: string;
  /** The JSON of what is told; the same by itself. */
  readonly json?: (told: JsonObject) => JsonObject;
}

/** Shows the outcome of an update. A CommandError if it failed. */
export async function showOutcome(
  { output }: CommandContext,
  answer: JsonObject,
  { name, json = (told) => told }: UpdateWords,
): Promise<void> {
  const updateId = textAt(answer, 'updateRef.updateId');
  const failure = objectAt(answer, 'outcome.failure');
  const isFailed = Object.keys(failure).length > 0;
  const values = payloadValues(answer, 'outcome.success');
  const result = values.length > 1 ? values : (values[0] ?? null);
  const entries: (readonly [string, string])[] = [
    ...(name === undefined ? [] : [['Name', name] as const]),
    ['UpdateID', updateId],
    isFailed ? ['Failure', failureText(failure)] : ['Result', JSON.stringify(result)],
  ];
  const named = name === undefined ? {} : { name };
  await output.card('', entries, json({ ...named, updateId, ...(isFailed ? { failure } : { result }) }));
  if (isFailed) throw new CommandError(`update ${updateId} failed: ${failureText(failure)}`);
}

/** Shows that an update was accepted. */
export async function showAccepted(
  { output }: CommandContext,
  answer: JsonObject,
  { name = '', json = (told) => told }: UpdateWords,
): Promise<void> {
  const updateId = textAt(answer, 'updateRef.updateId');
  const entries: Entries = [
    ['Name', name],
    ['UpdateID', updateId],
    ['Stage', stageName(answer)],
  ];
  await output.card('', entries, json({ name, updateId, stage: textAt(answer, 'stage') }));
}

/** The stage as people say it. */
export function stageName(answer: JsonObject): string {
  return shortName(textAt(answer, 'stage'), STAGE_PREFIX);
}
