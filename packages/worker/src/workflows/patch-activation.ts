import type { WorkflowInfo } from '@perdure/workflow';

/** What a callback about patches is told. */
export interface PatchActivationInput {
  /** The run as it is now: a copy, and frozen. */
  readonly workflowInfo: Readonly<WorkflowInfo>;
  readonly patchId: string;
}

/**
 * Whether a run that comes to a patch for the first time goes the new way. Called outside the sandbox, where clocks and random
 * numbers may be used, while workflow code waits: it must return at once, and true or false.
 */
export type PatchActivationCallback = (input: PatchActivationInput) => boolean;

/** Asks a callback on behalf of a run. Throws what it throws, and a TypeError for any other answer than true or false. */
export function patchDecision(
  callback: PatchActivationCallback,
): (workflowInfo: WorkflowInfo, patchId: string) => boolean {
  return (info, patchId) => {
    const workflowInfo = Object.freeze({ ...info, unsafe: Object.freeze({ ...info.unsafe }) });
    const answer: unknown = callback({ workflowInfo, patchId });
    if (typeof answer === 'boolean') return answer;
    throw new TypeError(
      `patchActivationCallback must return true or false; of patch '${patchId}' it returned ${typeof answer}`,
    );
  };
}
