import { composeInterceptors } from '@perdure/common/internal';
import { SdkComponent } from '@perdure/common';
import type { WorkflowInfo } from './interfaces.js';
import { maybeExecution } from './runtime/current.js';
import { proxySinks, type Sink, type Sinks } from './sinks.js';

/** A logger as workflow code sees it. */
export interface WorkflowLogger extends Sink {
  trace(message: string, attrs?: Record<string, unknown>): void;
  debug(message: string, attrs?: Record<string, unknown>): void;
  info(message: string, attrs?: Record<string, unknown>): void;
  warn(message: string, attrs?: Record<string, unknown>): void;
  error(message: string, attrs?: Record<string, unknown>): void;
}

/** @deprecated use `log` */
export interface LoggerSinks extends Sinks {
  defaultWorkerLogger: WorkflowLogger;
}

interface InternalSinks extends Sinks {
  __temporal_logger: WorkflowLogger;
}

const sinks = proxySinks<InternalSinks>();

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

function write(level: Level, message: string, attrs: Record<string, unknown> = {}): void {
  const execution = maybeExecution();
  if (execution === undefined)
    throw new Error('`log` writes from workflow code only. Outside of it use the logger of the worker.');
  const attributes = composeInterceptors(
    execution.interceptors.outbound,
    'getLogAttributes',
    (own: Record<string, unknown>) => own,
  )(workflowLogAttributes(execution.info));
  sinks.__temporal_logger[level](message, { sdkComponent: SdkComponent.workflow, ...attributes, ...attrs });
}

/** The workflow's logger: writes through the worker's, and not again on replay. */
export const log: WorkflowLogger = {
  trace: (message: string, attrs?: Record<string, unknown>) => write('trace', message, attrs),
  debug: (message: string, attrs?: Record<string, unknown>) => write('debug', message, attrs),
  info: (message: string, attrs?: Record<string, unknown>) => write('info', message, attrs),
  warn: (message: string, attrs?: Record<string, unknown>) => write('warn', message, attrs),
  error: (message: string, attrs?: Record<string, unknown>) => write('error', message, attrs),
};

/** What every line of a workflow says of it. */
export function workflowLogAttributes(info: WorkflowInfo): Record<string, unknown> {
  const { namespace, taskQueue, workflowId, runId, workflowType } = info;
  return { namespace, taskQueue, workflowId, runId, workflowType };
}
