import type { Context } from '@perdure/activity';
import type { Logger, Next } from '@perdure/common';
import type {
  GetLogAttributesInput,
  LoggerSinks,
  WorkflowExecuteInput,
  WorkflowInboundCallsInterceptor,
  WorkflowOutboundCallsInterceptor,
} from '@perdure/workflow';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor } from './activities/index.js';
import { activityLogAttributes } from './activities/index.js';
import { Runtime } from './telemetry/index.js';
import type { WorkerInterceptors } from './worker-options.js';
import type { InjectedSinks } from './workflows/index.js';

/** @deprecated Does nothing: workers log the life of activities themselves. */
export class ActivityInboundLogInterceptor implements ActivityInboundCallsInterceptor {
  protected readonly logger: Logger;

  constructor(
    protected readonly ctx: Context,
    logger?: Logger,
  ) {
    this.logger = logger ?? ctx.log;
  }

  protected logAttributes(): Record<string, unknown> {
    return activityLogAttributes(this.ctx.info);
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    return next(input);
  }
}

/** @deprecated Does nothing: workers log the life of workflows themselves. */
export class WorkflowLogInterceptor implements WorkflowInboundCallsInterceptor, WorkflowOutboundCallsInterceptor {
  getLogAttributes(
    input: GetLogAttributesInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'getLogAttributes'>,
  ): Record<string, unknown> {
    return next(input);
  }

  async execute(input: WorkflowExecuteInput, next: Next<WorkflowInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    return next(input);
  }
}

/** @deprecated Does nothing: see {@link WorkflowLogInterceptor}. */
export class WorkflowInboundLogInterceptor extends WorkflowLogInterceptor {}

/** @deprecated Not needed any more: there are none. */
export const defaultWorkflowInterceptorModules: never[] = [];

/** @deprecated Not needed any more: gives the interceptors as they are. */
export function appendDefaultInterceptors(interceptors: WorkerInterceptors, _logger?: Logger): WorkerInterceptors {
  return interceptors;
}

/** @deprecated Not needed any more: workers have this sink. Where its messages go is said by the runtime's logger. */
export function defaultSinks(logger?: Logger): InjectedSinks<LoggerSinks> {
  const put = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => ({
    fn: (_info: unknown, message: string, attrs?: Record<string | symbol, unknown>): void =>
      (logger ?? Runtime.instance().logger)[level](message, attrs),
  });
  return {
    defaultWorkerLogger: {
      trace: put('trace'),
      debug: put('debug'),
      info: put('info'),
      warn: put('warn'),
      error: put('error'),
    },
  };
}
