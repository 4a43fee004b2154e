import type { history } from '@perdure/protocol';
import type { CallSite } from '@perdure/common/activation';
import { describeEvent, patchIdOf } from './describe.js';

/** The events handed in do not follow those that the run has seen: it needs its whole history. */
export class HistoryGapError extends Error {
  override readonly name = 'HistoryGapError';

  constructor(expectedEventId: number, firstEventId: number) {
    super(
      `The history goes on at event ${firstEventId}, but this run has seen everything before event ${expectedEventId} only. ` +
        'Drop the run and replay its whole history.',
    );
  }
}

/**
 * The history cannot have been written by a server: an event is missing, stands where it cannot stand, or cannot be read. Fails the workflow
 * task; no change of workflow code helps.
 */
export class CorruptHistoryError extends Error {
  override readonly name = 'CorruptHistoryError';

  constructor(
    /** The event at which it was noticed. */
    readonly event: history.HistoryEvent,
    problem: string,
  ) {
    super(
      `The history is damaged at ${describeEvent(event)}: ${problem}. It was cut, changed or mixed up on its way here: ` +
        'fetch it anew from the server it comes from.',
    );
  }
}

/** The history holds an event that this SDK does not know and may not pass over. Fails the workflow task. */
export class UnknownEventError extends Error {
  override readonly name = 'UnknownEventError';

  constructor(event: history.HistoryEvent) {
    super(
      `The history holds ${describeEvent(event)}, which this SDK does not know. ` +
        'The server or the SDK that made it is newer: use a newer version of this one.',
    );
  }
}

/** What is known of a disagreement between workflow code and history. */
export interface Mismatch {
  /** The event that the history holds; `undefined` if it holds none where workflow code made a command. */
  readonly event: history.HistoryEvent | undefined;
  /** The command that workflow code made, in words; `undefined` if it made none where the history has an event. */
  readonly command: string | undefined;
  /** The stack of the call that made the command, if the runtime was asked to record it. */
  readonly callSite: CallSite | undefined;
  /** What exactly differs, if the two are of one kind. */
  readonly reason?: string | undefined;
}

/**
 * Workflow code did not do what the history says it did: it was changed while the run was open, or it depends on something
 * that is not the same every time. Fails the workflow task, never the workflow.
 */
export class NondeterminismError extends Error {
  override readonly name = 'NondeterminismError';
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(messageOf(mismatch));
    this.mismatch = mismatch;
  }
}

function messageOf({ event, command, reason }: Mismatch): string {
  const difference = reason === undefined ? '' : ` (${reason})`;
  const hint = hintFor(event, command);
  if (event === undefined) {
    return `Nondeterminism: workflow code made ${command}, for which the history holds no event${difference}. ${hint}`;
  }
  const did = command === undefined ? 'workflow code made no command for it' : `workflow code made ${command}`;
  return `Nondeterminism: The history holds ${describeEvent(event)}, but ${did}${difference}. ${hint}`;
}

function hintFor(event: history.HistoryEvent | undefined, command: string | undefined): string {
  if (event === undefined) return 'If this code is new, wrap it for open runs: if (patched("my-change")) { ... }.';
  const patchId = patchIdOf(event);
  if (patchId !== undefined) {
    return (
      `If the patch was removed from the code, put deprecatePatch(${JSON.stringify(patchId)}) in its place ` +
      'for as long as there are runs that hold its marker.'
    );
  }
  if (command === undefined) {
    return 'If the code that made it was removed, keep it for open runs: if (!patched("my-change")) { ... }.';
  }
  return (
    'If the code was changed, keep the old way for open runs: if (patched("my-change")) { new } else { old }. ' +
    'If it was not, look for what differs between two runs of it: the order of iteration, time, or shared state.'
  );
}
