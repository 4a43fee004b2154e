import type { BaseWorkflowHandle, SignalDefinition, Workflow, WorkflowSignalOptions } from '@perdure/common';
import type { Any } from './any.js';

/** Another workflow, by its id. */
export interface ExternalWorkflowHandle {
  /** Sends a signal; resolves when the server has it, rejects if there is no such workflow. */
  signal<Args extends Any[] = [], Name extends string = string>(
    def: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;
  signalWithOptions<Args extends Any[] = []>(signalName: string, options: WorkflowSignalOptions<Args>): Promise<void>;
  /** Asks the workflow to end. */
  cancel(): Promise<void>;
  readonly workflowId: string;
  readonly runId?: string;
}

/** A child workflow that has started. */
export interface ChildWorkflowHandle<T extends Workflow> extends BaseWorkflowHandle<T> {
  readonly firstExecutionRunId: string;
}
