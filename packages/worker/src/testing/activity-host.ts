import { Context, heartbeat } from '@perdure/activity';
import { defaultDataConverter, noopMetricMeter } from '@perdure/common';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { onTestFinished } from 'vitest';
import { fixedPollerCount } from '../polling/index.js';
import { FixedSizeSlots } from '../slots/index.js';
import { noWorkerMetrics } from '../telemetry/index.js';
import { ManualClock } from './manual-clock.js';
import { RecordingLogger } from './recording-logger.js';
import { ScriptedActivityServer } from './scripted-activity-server.js';
import {
  type ActivityEnvironment,
  ActivityHost,
  type ActivityHostOptions,
  ActivityRegistry,
} from '../activities/index.js';

/** A host of activities on a scripted server and a clock that is set by hand; it is shut down after the test. */
export function startActivityHost(
  activities: object,
  options: Partial<Omit<ActivityHostOptions, 'environment'>> & { environment?: Partial<ActivityEnvironment> } = {},
) {
  const server = new ScriptedActivityServer();
  const logger = new RecordingLogger();
  const clock = new ManualClock();
  const fatalErrors: unknown[] = [];
  const { environment, ...rest } = options;
  const host = new ActivityHost({
    transport: server,
    stamp: { identity: 'tester' },
    slots: new FixedSizeSlots(10),
    pollers: fixedPollerCount(2),
    metrics: noWorkerMetrics,
    clock,
    onFatalError: (error) => fatalErrors.push(error),
    ...rest,
    environment: {
      namespace: 'default',
      taskQueue: 'q',
      activities: new ActivityRegistry(activities),
      dataConverter: defaultDataConverter,
      logger,
      metricMeter: noopMetricMeter,
      ...environment,
    },
  });
  onTestFinished(async () => {
    const ended = host.shutdown({ graceMs: 0 });
    await clock.advance(1);
    await ended;
  });
  return { server, logger, clock, fatalErrors, host };
}

/** Runs until it is cancelled, and says so. */
export const untilCancelled = async (): Promise<never> => {
  heartbeat('progress');
  return await Context.current().cancelled;
};

/** What a call to a server that is away comes to. */
export const unavailable = () => new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'nobody there');
