import { EventEmitter } from 'node:events';
import type { Context, Info } from '@perdure/activity';
import type { Client } from '@perdure/client';
import {
  ActivityCancellationDetails,
  type ActivityFunction,
  defaultDataConverter,
  type Logger,
  LoggerWithComposedMetadata,
  type MetricMeter,
  noopMetricMeter,
  SdkComponent,
} from '@perdure/common';
import { type ActivityInterceptorsFactory, DefaultLogger } from '@perdure/worker';
import { ActivityExecution, ActivityRegistry, type CancelReason, PayloadPipeline } from '@perdure/worker/internal';
import type { Any } from './any.js';

/** What a mocked environment gives its activities. */
export interface MockActivityEnvironmentOptions {
  /** Around the activities, the first one outermost. */
  interceptors?: ActivityInterceptorsFactory[];
  /** Where activities log to; standard error by default. */
  logger?: Logger;
  /** What activities make metrics with; by default they go nowhere. */
  metricMeter?: MetricMeter;
  /** `Context.current().client`; there is none by default. */
  client?: Client;
}

/** What activities know of themselves unless a test says otherwise. */
export const defaultActivityInfo: Info = {
  attempt: 1,
  taskQueue: 'test',
  isLocal: false,
  taskToken: Buffer.from('test'),
  base64TaskToken: Buffer.from('test').toString('base64'),
  activityId: 'test',
  activityType: 'unknown',
  workflowType: 'test',
  heartbeatTimeoutMs: undefined,
  heartbeatDetails: undefined,
  activityNamespace: 'default',
  workflowNamespace: 'default',
  workflowExecution: { workflowId: 'test', runId: '00000000-0000-0000-0000-000000000000' },
  scheduledTimestampMs: 1,
  startToCloseTimeoutMs: 1000,
  scheduleToCloseTimeoutMs: 1000,
  currentAttemptScheduledTimestampMs: 1,
  priority: undefined,
  retryPolicy: undefined,
  namespace: 'test',
  activityRunId: undefined,
  inWorkflow: true,
};

/**
 * Runs activities without a worker and a server, in a context of their own. Emits `heartbeat` with the details of each
 * heartbeat. One environment stands for one attempt: once {@link cancel} has been called, everything that it runs is
 * cancelled.
 */
export class MockActivityEnvironment extends EventEmitter {
  readonly context: Context;
  /** Cancels the activity: asked for by its workflow, unless told otherwise. */
  cancel: (reason?: CancelReason, details?: ActivityCancellationDetails) => void;
  private readonly execution: ActivityExecution;

  constructor(info?: Partial<Info>, options: MockActivityEnvironmentOptions = {}) {
    super();
    const ownInfo: Info = { ...defaultActivityInfo, ...info };
    const { client, interceptors, metricMeter = noopMetricMeter } = options;
    const logger = LoggerWithComposedMetadata.compose(options.logger ?? new DefaultLogger(), {
      sdkComponent: SdkComponent.worker,
    });
    const environment = {
      namespace: ownInfo.namespace,
      taskQueue: ownInfo.taskQueue,
      activities: new ActivityRegistry(),
      dataConverter: defaultDataConverter,
      interceptors,
      client: client && (() => client),
      logger,
      metricMeter,
    };
    const pipeline = new PayloadPipeline(defaultDataConverter);
    this.execution = new ActivityExecution(
      { environment, pipeline, workerLogger: logger },
      ownInfo,
      (details) => void this.emit('heartbeat', details),
    );
    this.context = this.execution.context;
    this.cancel = (reason = 'CANCELLED', details = new ActivityCancellationDetails({ cancelRequested: true })) =>
      this.execution.cancel(reason, details);
  }

  /** Runs a function as an activity; settles as the function does. */
  async run<P extends Any[], R, F extends ActivityFunction<P, R>>(fn: F, ...args: P): Promise<R> {
    return (await this.execution.callFunction(fn, args)) as R;
  }
}
