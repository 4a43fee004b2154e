import type { Info } from '@perdure/activity';
import { ActivityCancellation, asyncLocalStorage, Context } from '@perdure/activity/internal';
import {
  type ActivityCancellationDetails,
  type ActivitySerializationContext,
  ApplicationFailure,
  arrayFromPayloads,
  ensureApplicationFailure,
  errorMessage,
  isActivityFunctionWithOptions,
  type Logger,
  LoggerWithComposedMetadata,
  MetricMeterWithComposedTags,
  type Payload,
  SdkComponent,
} from '@perdure/common';
import { callUserCode, composeInterceptors, toNamedPayload } from '@perdure/common/internal';
import { isLogged } from '../telemetry/index.js';
import type { ActivityEnvironment } from './activity-environment.js';
import { activityLogAttributes, activityMetricTags, serializationContextOf, storageTargetOf } from './activity-info.js';
import { type ActivityOutcome, failedOutcome, outcomeOfError } from './activity-outcome.js';
import type { RegisteredActivity } from './activity-registry.js';
import type { CancelReason } from './cancel-reason.js';
import type { ActivityExecuteInput, ActivityInterceptors } from './interceptors.js';
import type { MaybePromise, PayloadPipeline } from './payloads.js';

/** What an activity is called with, as it came over the wire. */
export interface EncodedActivityInput {
  readonly arguments: readonly Payload[];
  readonly headers: Readonly<Record<string, Payload>>;
}

/** What an execution stands on. */
export interface ExecutionGround {
  readonly environment: ActivityEnvironment;
  readonly pipeline: PayloadPipeline;
  /** Bound to the worker: for messages about activities, not of them. */
  readonly workerLogger: Logger;
}

/** One attempt of an activity: its context, its cancellation, and the calling of its function. */
export class ActivityExecution {
  readonly cancellation = new ActivityCancellation();
  readonly context: Context;
  readonly serializationContext: ActivitySerializationContext;
  private cancelReason: CancelReason | undefined;
  private interceptors: readonly ActivityInterceptors[] = [];

  constructor(
    private readonly ground: ExecutionGround,
    readonly info: Info,
    heartbeat: (details: unknown) => void,
  ) {
    const { environment } = ground;
    this.serializationContext = serializationContextOf(info);
    this.context = new Context({
      info,
      cancellation: this.cancellation,
      heartbeat,
      client: environment.client,
      log: LoggerWithComposedMetadata.compose(environment.logger, () => ({
        sdkComponent: SdkComponent.activity,
        ...this.logAttributes(),
      })),
      metricMeter: () => MetricMeterWithComposedTags.compose(environment.metricMeter, () => this.metricTags(), true),
    });
  }

  /** Asks the activity to stop. Only the first call counts. */
  cancel(reason: CancelReason, details: ActivityCancellationDetails): void {
    if (this.cancelReason !== undefined) return;
    this.cancelReason = reason;
    this.cancellation.cancel(reason, details);
  }

  /** Runs the activity to its end, and calls back then, once. */
  run(input: EncodedActivityInput, onEnded: (outcome: ActivityOutcome) => void): void {
    const startedAtMs = performance.now();
    const end = (outcome: ActivityOutcome, error?: unknown): void => {
      this.report(outcome, error, startedAtMs);
      onEnded(outcome);
    };
    const fail = (error: unknown): void => void this.describeError(error).then((outcome) => end(outcome, error));
    const complete = (result: Payload): void => end({ status: 'completed', result });
    try {
      this.begin();
      const activity = this.ground.environment.activities.find(this.info.activityType);
      const typeInfo = typeInfoOf(activity);
      Promise.resolve(this.callWith(activity, input, typeInfo)).then((value) => {
        let result: MaybePromise<Payload>;
        try {
          result = this.outgoing(value, typeInfo);
        } catch (error) {
          return fail(error);
        }
        if (result instanceof Promise) result.then(complete, fail);
        else complete(result);
      }, fail);
    } catch (thrown) {
      fail(thrown);
    }
  }

  /** Calls a function as this activity, with values that nobody converts; settles as the function does. For tests. */
  async callFunction(run: RegisteredActivity['run'], args: readonly unknown[]): Promise<unknown> {
    const startedAtMs = performance.now();
    try {
      this.begin();
      const input = { args: [...args], headers: {} };
      const value = await asyncLocalStorage.run(this.context, () => this.call({ run, self: undefined }, input));
      this.report({ status: 'completed', result: {} }, undefined, startedAtMs);
      return value;
    } catch (error) {
      this.report(await this.describeError(error), error, startedAtMs);
      throw error;
    }
  }

  /** Makes the interceptors, and tells the log of the beginning. */
  private begin(): void {
    this.interceptors = (this.ground.environment.interceptors ?? []).map((create) => create(this.context));
    const { workerLogger } = this.ground;
    if (isLogged(workerLogger, 'DEBUG')) workerLogger.debug('Activity started', this.logAttributes());
  }

  /** Calls the function with its arguments, at once unless something has to be decoded first. */
  private callWith(activity: RegisteredActivity, input: EncodedActivityInput, typeInfo: TypeInfo): unknown {
    const args = this.decodeArguments(input.arguments, typeInfo?.inputTypes);
    const headers = this.decodeHeaders(input.headers);
    if (args instanceof Promise || headers instanceof Promise) return this.callDecoded(activity, args, headers);
    return asyncLocalStorage.run(this.context, () => this.call(activity, { args, headers }));
  }

  private async callDecoded(
    activity: RegisteredActivity,
    args: MaybePromise<unknown[]>,
    headers: MaybePromise<Record<string, Payload>>,
  ): Promise<unknown> {
    const call: ActivityExecuteInput = { args: await args, headers: await headers };
    return await asyncLocalStorage.run(this.context, () => this.call(activity, call));
  }

  private outgoing(value: unknown, typeInfo: TypeInfo): MaybePromise<Payload> {
    const { environment, pipeline } = this.ground;
    const { payloadConverter } = environment.dataConverter;
    const payload = toNamedPayload(
      payloadConverter,
      value,
      this.serializationContext,
      typeInfo?.outputType,
      `The result of activity "${this.info.activityType}"`,
    );
    return pipeline.outgoing(payload, this.serializationContext, storageTargetOf(this.info));
  }

  /** Calls the function with nothing around it, if there is nothing; what it gives need not be a promise then. */
  private call({ run, self }: RegisteredActivity, input: ActivityExecuteInput): unknown {
    // Bound, since a function of ours in between would show in stack traces.
    const innermost = ({ args }: ActivityExecuteInput): unknown => callUserCode(run.bind(self, ...args));
    if (this.interceptors.length === 0) return innermost(input);
    const inbound = this.interceptors.flatMap(({ inbound: own }) => (own === undefined ? [] : [own]));
    return composeInterceptors(inbound, 'execute', async (passedOn) => await innermost(passedOn))(input);
  }

  private decodeArguments(
    payloads: readonly Payload[],
    typeInfo: Parameters<typeof arrayFromPayloads>[3],
  ): MaybePromise<unknown[]> {
    const { environment, pipeline } = this.ground;
    const { payloadConverter } = environment.dataConverter;
    const convert = (decoded: readonly Payload[]): unknown[] =>
      arrayFromPayloads(payloadConverter, decoded, this.serializationContext, typeInfo);
    try {
      const incoming = pipeline.incoming(payloads, this.serializationContext);
      if (!(incoming instanceof Promise)) return convert(incoming);
      return incoming.then(convert).catch((error: unknown) => this.refuseArguments(error));
    } catch (error) {
      return this.refuseArguments(error);
    }
  }

  private refuseArguments(error: unknown): never {
    if (error instanceof ApplicationFailure) throw error;
    throw ApplicationFailure.fromError(error, {
      message: `Failed to parse activity args for activity ${this.info.activityType}: ${errorMessage(error) ?? 'unknown error'}`,
      nonRetryable: false,
    });
  }

  private decodeHeaders(headers: Readonly<Record<string, Payload>>): MaybePromise<Record<string, Payload>> {
    const names = Object.keys(headers);
    if (names.length === 0) return {};
    return Promise.resolve(this.ground.pipeline.incoming(Object.values(headers), this.serializationContext)).then(
      (decoded) => Object.fromEntries(names.map((name, index) => [name, decoded[index] ?? {}])),
    );
  }

  private async describeError(error: unknown): Promise<ActivityOutcome> {
    const { dataConverter } = this.ground.environment;
    try {
      return await outcomeOfError(error, this.cancelReason, dataConverter, this.serializationContext);
    } catch (conversionError) {
      return failedOutcome(ensureApplicationFailure(conversionError));
    }
  }

  /** What is logged along with every message about it. */
  logAttributes(): Record<string, unknown> {
    const attributes = activityLogAttributes(this.info);
    if (this.interceptors.length === 0) return attributes;
    const outbound = this.interceptors.flatMap(({ outbound: own }) => (own === undefined ? [] : [own]));
    try {
      return composeInterceptors(outbound, 'getLogAttributes', (input) => input)(attributes);
    } catch (error) {
      // What is to be said matters more than what was to be said along with it.
      return { ...attributes, logAttributesError: error };
    }
  }

  private metricTags(): ReturnType<typeof activityMetricTags> {
    const outbound = this.interceptors.flatMap(({ outbound: own }) => (own === undefined ? [] : [own]));
    const tags = composeInterceptors(outbound, 'getMetricTags', (input) => input)(activityMetricTags(this.info));
    return tags as ReturnType<typeof activityMetricTags>;
  }

  private report(outcome: ActivityOutcome, error: unknown, startedAtMs: number): void {
    const { workerLogger } = this.ground;
    if (!isLogged(workerLogger, outcome.status === 'failed' && !outcome.isBenign ? 'WARN' : 'DEBUG')) return;
    const durationMs = Math.round(performance.now() - startedAtMs);
    const attributes = { ...this.logAttributes(), durationMs };
    switch (outcome.status) {
      case 'completed':
        return workerLogger.debug('Activity completed', attributes) as void;
      case 'async':
        return workerLogger.debug('Activity will complete asynchronously', attributes) as void;
      case 'cancelled':
        return workerLogger.debug('Activity completed as cancelled', attributes) as void;
      case 'failed':
        return workerLogger.log(outcome.isBenign ? 'DEBUG' : 'WARN', 'Activity failed', {
          error,
          ...attributes,
        }) as void;
    }
  }
}

type TypeInfo = ReturnType<typeof typeInfoOf>;

function typeInfoOf({ run }: RegisteredActivity) {
  return isActivityFunctionWithOptions(run) ? run.activityDefinitionOptions.typeInfo : undefined;
}
