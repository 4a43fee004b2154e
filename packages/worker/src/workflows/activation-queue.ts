import type { ActivationCompletion, WorkflowActivation } from '@perdure/common/activation';
import { DeadlockError, rejectionsHaveContext, type Sandbox, type SandboxedWorkflow } from '../sandbox/index.js';
import { EntryPacing } from './entry-pacing.js';

interface Waiting {
  readonly workflow: SandboxedWorkflow;
  readonly activation: WorkflowActivation;
  readonly resolve: (completion: ActivationCompletion) => void;
  readonly reject: (error: Error) => void;
}

/** The run lived in a sandbox that is gone: it has to be made anew. */
export class SandboxLostError extends Error {
  override readonly name = 'SandboxLostError';

  constructor() {
    super('Another workflow of this worker did not come to rest: the sandbox of both is gone.');
  }
}

/** Wakes workflows up, several together where that pays, since entering the sandbox has its price. */
export class ActivationQueue {
  private waiting: Waiting[] = [];
  private readonly pacing = new EntryPacing();
  private timer: NodeJS.Timeout | undefined;
  private isScheduled = false;
  private readonly flush = (): void => this.enter();

  constructor(private readonly sandboxOf: (workflow: SandboxedWorkflow) => Sandbox) {}

  /**
   * Wakes a workflow up and gives what it did. Rejects with `DeadlockError` if it did not come to rest, with `SandboxLostError` if
   * another one in its sandbox did not.
   */
  activate(workflow: SandboxedWorkflow, activation: WorkflowActivation): Promise<ActivationCompletion> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ workflow, activation, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.timer !== undefined) {
      if (!this.pacing.isFull(this.waiting.length)) return;
      clearTimeout(this.timer);
      this.timer = undefined;
      setImmediate(this.flush);
      return;
    }
    if (this.isScheduled) return;
    this.isScheduled = true;
    const delayMs = this.pacing.delayMs(performance.now());
    if (delayMs === 0) setImmediate(this.flush);
    else this.timer = setTimeout(this.flush, delayMs);
  }

  private enter(): void {
    this.isScheduled = false;
    this.timer = undefined;
    const waiting = this.waiting.splice(0, rejectionsHaveContext ? Infinity : 1);
    if (this.waiting.length > 0) {
      this.isScheduled = true;
      setImmediate(this.flush);
    }
    const batches = new Map<Sandbox, Waiting[]>();
    for (const item of waiting) {
      const sandbox = this.sandboxOf(item.workflow);
      const batch = batches.get(sandbox);
      if (batch === undefined) batches.set(sandbox, [item]);
      else batch.push(item);
    }
    let costMs = 0;
    for (const [sandbox, batch] of batches) {
      this.run(sandbox, batch);
      costMs += sandbox.entryCostMs;
    }
    this.pacing.entered(waiting.length, costMs);
  }

  private run(sandbox: Sandbox, batch: readonly Waiting[]): void {
    try {
      if (sandbox.isUseless) throw new SandboxLostError();
      sandbox.activateAll(batch);
    } catch (error) {
      for (const { workflow, reject } of batch) {
        reject(error instanceof DeadlockError && error.workflow === workflow ? error : new SandboxLostError());
      }
      return;
    }
    // Rejections that nobody waits for arrive at the end of this turn: until then the outcome is not known.
    setImmediate(() => {
      for (const { workflow, resolve } of batch) resolve(workflow.conclude());
    });
  }
}
