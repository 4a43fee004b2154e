import type { Any } from '../any.js';
import type { SignalDefinition, SignalTypeInfo, Workflow, WorkflowResultType } from '../interfaces.js';
import type { PayloadTypeInfo } from '../type-info.js';

/** Options of a signal sent by name. */
export interface WorkflowSignalOptions<Args extends Any[] = []> {
  args?: Args;
  /** Adapts the arguments. */
  typeInfo?: SignalTypeInfo;
}

/** Options of a query sent by name. */
export interface WorkflowQueryOptions<Args extends Any[] = []> {
  args?: Args;
  /** Adapts the arguments and the result. */
  typeInfo?: PayloadTypeInfo;
}

/** What every handle of a workflow execution can do, whether held by a client or by another workflow. */
export interface BaseWorkflowHandle<T extends Workflow> {
  /** Settles with the workflow's result when it closes. */
  result(): Promise<WorkflowResultType<T>>;

  /** Sends a signal, by its definition or by name. */
  signal<Args extends Any[] = [], Name extends string = string>(
    definition: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;

  /** Sends a signal by name, with options. */
  signalWithOptions<Args extends Any[] = []>(signalName: string, options: WorkflowSignalOptions<Args>): Promise<void>;

  readonly workflowId: string;
}
