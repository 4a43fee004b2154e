import type { SandboxedWorkflow } from './sandbox.js';

/**
 * Workflow code did not come to rest. Its sandbox is of no use any more: all its runs have to be made anew in another. Says where the code
 * was stopped, if that is known, and has the stack of that moment.
 */
export class DeadlockError extends Error {
  override readonly name = 'DeadlockError';

  /** Hidden from logs, which would show all that a sandbox holds. */
  readonly #workflow: SandboxedWorkflow;

  /** `frames` are of workflow code, in terms of its sources, a line each; empty if not known. */
  constructor(workflow: SandboxedWorkflow, timeoutMs: number, frames: string) {
    const { workflowType, workflowId } = workflow.options;
    const place = placeOf(frames);
    super(
      `[TMPRL1101] Potential deadlock detected: workflow ${workflowType} (id ${workflowId}) did not come to rest within ` +
        `${timeoutMs} ms${place === undefined ? '' : `: it was stopped ${place}`}. ` +
        'Look for an endless loop, or for work that belongs in an activity.',
    );
    this.#workflow = workflow;
    if (place !== undefined) this.stack = `${this.name}: ${this.message}\n${frames}`;
  }

  /** Whether it is this workflow that did not come to rest. */
  isOf(workflow: SandboxedWorkflow): boolean {
    return this.#workflow === workflow;
  }
}

/** The innermost call of the application's own code; of any code, if there is none. */
function placeOf(frames: string): string | undefined {
  const lines = frames.split('\n').filter((line) => line !== '');
  return (lines.find((line) => !line.includes('node_modules')) ?? lines[0])?.trim();
}
