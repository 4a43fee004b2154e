import type { Any } from './any.js';
import type { WorkflowInfo } from './interfaces.js';
import { currentExecution } from './runtime/current.js';

/** A function of a sink, as workflow code sees it: it answers nothing. */
export type SinkFunction = (...args: Any[]) => void;
/** The functions of one sink. */
export type Sink = Record<string, SinkFunction>;
/** Sinks by name. */
export type Sinks = Record<string, Sink>;

/** A call on its way to the worker. */
export interface SinkCall {
  ifaceName: string;
  fnName: string;
  args: Any[];
  workflowInfo: WorkflowInfo;
}

/**
 * Functions of the worker that workflow code may call without waiting for them: for logs, metrics and the like. Calls leave
 * the sandbox after the activation; on replay the worker makes those only that were registered for it.
 */
export function proxySinks<T extends Sinks>(): T {
  return new Proxy({} as T, {
    get: (_sinks, ifaceName) =>
      new Proxy(
        {},
        {
          get:
            (_sink, fnName) =>
            (...args: Any[]): void => {
              const execution = currentExecution('Sinks can only be called from workflow code');
              execution.sinkCalls.push({
                ifaceName: String(ifaceName),
                fnName: String(fnName),
                // What is not plain data would be another object outside: say so here, where it can be mended.
                args,
                workflowInfo: execution.info,
              });
            },
        },
      ),
  });
}
