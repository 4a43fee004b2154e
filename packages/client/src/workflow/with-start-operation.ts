import type { Workflow, WorkflowIdConflictPolicy } from '@perdure/common';
import type { WorkflowHandle } from './workflow-handle.js';
import type { WorkflowStartOptions } from './workflow-options.js';

/** What tells the operations that no call has had yet how their start went. */
const unused = new WeakMap<object, unknown>();

/** How the workflow of an update-with-start is started. For one call only. */
export class WithStartWorkflowOperation<T extends Workflow> {
  private readonly started = new Deferred<WorkflowHandle<T>>();

  constructor(
    public workflowTypeOrFunc: string | T,
    public options: WorkflowStartOptions<T> & { workflowIdConflictPolicy: WorkflowIdConflictPolicy },
  ) {
    unused.set(this, this.started);
  }

  /** The workflow once it is started, or the error that prevented it. */
  async workflowHandle(): Promise<WorkflowHandle<T>> {
    return this.started.promise;
  }
}

/** Takes the operation for a call, which says how it went. Throws an Error if another call had it. */
export function takeStartOperation<T extends Workflow>(
  operation: WithStartWorkflowOperation<T>,
): Pick<Deferred<WorkflowHandle<T>>, 'resolve' | 'reject'> {
  const started = unused.get(operation);
  if (started === undefined) throw new Error('This WithStartWorkflowOperation instance has already been executed.');
  unused.delete(operation);
  return started as Deferred<WorkflowHandle<T>>;
}

class Deferred<T> {
  resolve: (value: T) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // Whoever does not ask for the handle hears of the error from the call.
    this.promise.catch(() => undefined);
  }
}
