import type { Any } from './any.js';
import type { PayloadTypeInfo } from './type-info.js';

export type { Payload } from './payload.js';

/** What a workflow function returns. */
export type WorkflowReturnType = Promise<Any>;

/** A function that handles an update. */
export type WorkflowUpdateType = (...args: Any[]) => Promise<Any> | Any;

/** A function that rejects an update by throwing, before the update enters history. */
export type WorkflowUpdateValidatorType = (...args: Any[]) => void;

/** A handler of an update and what was said about it. */
export type WorkflowUpdateAnnotatedType = {
  handler: WorkflowUpdateType;
  unfinishedPolicy: HandlerUnfinishedPolicy;
  validator?: WorkflowUpdateValidatorType;
  description?: string;
  typeInfo?: PayloadTypeInfo;
};

/** A function that handles a signal. */
export type WorkflowSignalType = (...args: Any[]) => Promise<void> | void;

/** A handler of a signal and what was said about it. */
export type WorkflowSignalAnnotatedType = {
  handler: WorkflowSignalType;
  unfinishedPolicy: HandlerUnfinishedPolicy;
  description?: string;
  typeInfo?: SignalTypeInfo;
};

/** A function that answers a query. */
export type WorkflowQueryType = (...args: Any[]) => Any;

/** A handler of a query and what was said about it. */
export type WorkflowQueryAnnotatedType = {
  handler: WorkflowQueryType;
  description?: string;
  typeInfo?: PayloadTypeInfo;
};

/** Any workflow function. */
export type Workflow = (...args: Any[]) => WorkflowReturnType;

declare const argsBrand: unique symbol;
declare const retBrand: unique symbol;

/** Options of an update definition. */
export interface UpdateDefinitionOptions {
  /** Adapts the arguments and the result. */
  typeInfo?: PayloadTypeInfo;
}

/** An update by name, with the types of its arguments and result. The brands exist for the compiler only. */
export interface UpdateDefinition<Ret, Args extends Any[] = [], Name extends string = string> {
  type: 'update';
  name: Name;
  typeInfo?: PayloadTypeInfo;
  [argsBrand]: Args;
  [retBrand]: Ret;
}

/** The type information of a signal, which has arguments but no result. */
export type SignalTypeInfo = Pick<PayloadTypeInfo, 'inputTypes'>;

/** Options of a signal definition. */
export interface SignalDefinitionOptions {
  /** Adapts the arguments. */
  typeInfo?: SignalTypeInfo;
}

/** A signal by name, with the types of its arguments. The brand exists for the compiler only. */
export interface SignalDefinition<Args extends Any[] = [], Name extends string = string> {
  type: 'signal';
  name: Name;
  typeInfo?: SignalTypeInfo;
  [argsBrand]: Args;
}

/** Options of a query definition. */
export interface QueryDefinitionOptions {
  /** Adapts the arguments and the result. */
  typeInfo?: PayloadTypeInfo;
}

/** A query by name, with the types of its arguments and result. The brands exist for the compiler only. */
export interface QueryDefinition<Ret, Args extends Any[] = [], Name extends string = string> {
  type: 'query';
  name: Name;
  typeInfo?: PayloadTypeInfo;
  [argsBrand]: Args;
  [retBrand]: Ret;
}

/** What the promise of a workflow function resolves to. */
export type WorkflowResultType<W extends Workflow> = ReturnType<W> extends Promise<infer R> ? R : never;

/** An activity function. */
export interface ActivityFunction<P extends Any[] = Any[], R = Any> {
  (...args: P): Promise<R>;
}

/** Activities by name. Deprecated in favour of {@link UntypedActivities}. */
export type ActivityInterface = Record<string, ActivityFunction>;

/** Activities by name, where their types are not known. */
export type UntypedActivities = Record<string, ActivityFunction>;

/** A history and the workflow id it belongs to, for replay. */
export interface HistoryAndWorkflowId {
  workflowId: string;
  /** `temporal.api.history.v1.History` as a message or as its JSON. */
  history: unknown;
}

/** What becomes of signal and update handlers that still run when their workflow ends. */
export const HandlerUnfinishedPolicy = {
  /** The handler is abandoned and a warning logged, unless the workflow failed. */
  WARN_AND_ABANDON: 'WARN_AND_ABANDON',
  /** The handler is abandoned silently; the caller of an unfinished update gets an error. */
  ABANDON: 'ABANDON',
} as const;
/** One of {@link HandlerUnfinishedPolicy}. */
export type HandlerUnfinishedPolicy = (typeof HandlerUnfinishedPolicy)[keyof typeof HandlerUnfinishedPolicy];
