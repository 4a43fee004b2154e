import {
  HandlerUnfinishedPolicy,
  type QueryDefinition,
  type QueryDefinitionOptions,
  type SignalDefinition,
  type SignalDefinitionOptions,
  type UpdateDefinition,
  type UpdateDefinitionOptions,
  type WorkflowQueryType,
  type WorkflowSignalType,
  type WorkflowUpdateType,
} from '@perdure/common';
import { ENHANCED_STACK_TRACE_QUERY_NAME, STACK_TRACE_QUERY_NAME, throwIfReservedName } from '@perdure/common/internal';
import type { sdk } from '@perdure/protocol';
import type { Any } from './any.js';
import type {
  DefaultQueryHandler,
  DefaultSignalHandler,
  DefaultUpdateHandler,
  EnhancedStackTrace,
  Handler,
  QueryHandlerOptions,
  SignalHandlerOptions,
  UpdateHandlerOptions,
} from './interfaces.js';
import { currentExecution } from './runtime/current.js';
import { dispatchBuffered } from './runtime/handlers.js';
import { METADATA_QUERY } from './runtime/metadata.js';

/** Defines an update, for workflow and client code alike. */
export function defineUpdate<Ret, Args extends Any[] = [], Name extends string = string>(
  name: Name,
  options?: UpdateDefinitionOptions,
): UpdateDefinition<Ret, Args, Name> {
  return { type: 'update', name, typeInfo: options?.typeInfo } as UpdateDefinition<Ret, Args, Name>;
}

/** Defines a signal, for workflow and client code alike. */
export function defineSignal<Args extends Any[] = [], Name extends string = string>(
  name: Name,
  options?: SignalDefinitionOptions,
): SignalDefinition<Args, Name> {
  return { type: 'signal', name, typeInfo: options?.typeInfo } as SignalDefinition<Args, Name>;
}

/** Defines a query, for workflow and client code alike. */
export function defineQuery<Ret, Args extends Any[] = [], Name extends string = string>(
  name: Name,
  options?: QueryDefinitionOptions,
): QueryDefinition<Ret, Args, Name> {
  return { type: 'query', name, typeInfo: options?.typeInfo } as QueryDefinition<Ret, Args, Name>;
}

/**
 * Sets the handler of a query, signal or update; `undefined` removes it. Signals and updates that came before their handler
 * go to it now, in the order they came.
 */
export function setHandler<Ret, Args extends Any[], T extends QueryDefinition<Ret, Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: QueryHandlerOptions,
): void;
export function setHandler<Ret, Args extends Any[], T extends SignalDefinition<Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: SignalHandlerOptions,
): void;
export function setHandler<Ret, Args extends Any[], T extends UpdateDefinition<Ret, Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: UpdateHandlerOptions<Args>,
): void;
export function setHandler(
  def: { readonly type: 'query' | 'signal' | 'update'; readonly name: string; readonly typeInfo?: Any },
  handler: ((...args: Any[]) => Any) | undefined,
  options: QueryHandlerOptions | SignalHandlerOptions | UpdateHandlerOptions<Any[]> = {},
): void {
  const execution = currentExecution('Handlers are set in workflow code');
  const { name, type, typeInfo } = def;
  throwIfReservedName(type, name);
  if (handler !== undefined && typeof handler !== 'function') {
    throw new TypeError(`The handler of ${type} ${name} must be a function, got ${typeof handler}`);
  }
  const { description } = options;
  switch (type) {
    case 'query':
      if (handler === undefined) execution.queryHandlers.delete(name);
      else execution.queryHandlers.set(name, { handler: handler as WorkflowQueryType, description, typeInfo });
      return;
    case 'signal': {
      const { unfinishedPolicy = HandlerUnfinishedPolicy.WARN_AND_ABANDON } = options as SignalHandlerOptions;
      if (handler === undefined) execution.signalHandlers.delete(name);
      else {
        const entry = { handler: handler as WorkflowSignalType, description, unfinishedPolicy, typeInfo };
        execution.signalHandlers.set(name, entry);
      }
      break;
    }
    case 'update': {
      const { validator, unfinishedPolicy = HandlerUnfinishedPolicy.WARN_AND_ABANDON } =
        options as UpdateHandlerOptions<Any[]>;
      if (handler === undefined) execution.updateHandlers.delete(name);
      else {
        const entry = { handler: handler as WorkflowUpdateType, validator, description, unfinishedPolicy, typeInfo };
        execution.updateHandlers.set(name, entry);
      }
      break;
    }
    default:
      throw new TypeError(`Cannot set a handler for ${String(type)}: use defineQuery, defineSignal or defineUpdate`);
  }
  if (handler !== undefined) dispatchBuffered(execution);
}

/** Takes signals that have no handler of their own. */
export function setDefaultSignalHandler(handler: DefaultSignalHandler | undefined): void {
  const execution = currentExecution('Handlers are set in workflow code');
  checkDefault('signal', handler);
  execution.defaultSignalHandler = handler;
  if (handler !== undefined) dispatchBuffered(execution);
}

/** Takes updates that have no handler of their own. */
export function setDefaultUpdateHandler(handler: DefaultUpdateHandler | undefined): void {
  const execution = currentExecution('Handlers are set in workflow code');
  checkDefault('update', handler);
  execution.defaultUpdateHandler = handler;
  if (handler !== undefined) dispatchBuffered(execution);
}

/** Answers queries that have no handler of their own. */
export function setDefaultQueryHandler(handler: DefaultQueryHandler | undefined): void {
  checkDefault('query', handler);
  currentExecution('Handlers are set in workflow code').defaultQueryHandler = handler;
}

/** Whether no signal or update handler runs. Wait for it before the workflow ends: `await condition(allHandlersFinished)`. */
export function allHandlersFinished(): boolean {
  return currentExecution().runningHandlers.size === 0;
}

/** Where workflow code waits. */
export const stackTraceQuery = defineQuery<string>(STACK_TRACE_QUERY_NAME);
/** The same in parts, with sources. */
export const enhancedStackTraceQuery = defineQuery<EnhancedStackTrace>(ENHANCED_STACK_TRACE_QUERY_NAME);
/** What the workflow can be asked and told. */
export const workflowMetadataQuery = defineQuery<sdk.IWorkflowMetadata>(METADATA_QUERY);

function checkDefault(kind: string, handler: unknown): void {
  if (handler === undefined || typeof handler === 'function') return;
  throw new TypeError(`The default ${kind} handler must be a function or undefined, got ${typeof handler}`);
}
