import type { Next, TypeInfo } from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import type { Any } from '../any.js';
import { AsyncCompletionClient, type AsyncCompletionClientOptions } from '../async-completion-client.js';
import type { CallScope } from '../workflow/call-scope.js';
import type { ActivityHandle } from './activity-handle.js';
import type { ActivityOptions, GetActivityHandleOptions } from './activity-options.js';
import type { ActivityExecutionInfo, CountActivityExecutions } from './activity-types.js';
import type { ActivityClientInterceptor } from './interceptors.js';
import {
  activityResult,
  cancelActivity,
  countActivities,
  describeActivity,
  listActivities,
  pauseActivity,
  restoreActivityOptions,
  startActivity,
  terminateActivity,
  unpauseActivity,
  updateActivityOptions,
} from './outside-calls.js';
import { assertRequiredActivityOptions } from './requests.js';
import type { TypedActivityClient } from './typed-activity-client.js';

/** How a client for activities is made. */
export interface ActivityClientOptions extends AsyncCompletionClientOptions {
  /** Go around the calls of this client, the first one outermost. */
  interceptors?: ActivityClientInterceptor[];
}

/** Starts activities without a workflow and makes handles to them; and reports on those that complete later. */
export class ActivityClient extends AsyncCompletionClient implements TypedActivityClient<Any> {
  private readonly scope: CallScope;
  private readonly interceptors: readonly ActivityClientInterceptor[];

  constructor(options?: ActivityClientOptions) {
    super(options);
    const { namespace, identity } = this.options;
    this.scope = { service: this.workflowService, namespace, identity, dataConverter: this.dataConverter };
    this.interceptors = options?.interceptors ?? [];
  }

  /** This client, for the activities of an interface. Only the types differ. */
  typed<T>(): TypedActivityClient<T> {
    return this;
  }

  /**
   * Starts an activity. Rejects with `ActivityExecutionAlreadyStartedError` if the id is taken and the policies in the
   * options do not say what to do then.
   */
  async start<R = Any>(activity: string, options: ActivityOptions): Promise<ActivityHandle<R>> {
    assertRequiredActivityOptions(options);
    const next = this.around('start', async (input) => {
      const runId = await startActivity(this.scope, input);
      return this.handle(input.options.id, runId, input.options.typeInfo?.outputType);
    });
    return next({ activityType: activity, options, headers: {} });
  }

  /** Starts an activity and waits for its result. */
  async execute<R = Any>(activity: string, options: ActivityOptions): Promise<R> {
    const handle = await this.start<R>(activity, options);
    return handle.result();
  }

  /** A handle to an activity, which need not exist. Without a run id it means the latest run at the time of each call. */
  getHandle<R = Any>(activityId: string, runId?: string): ActivityHandle<R> {
    return this.handle(activityId, runId, undefined);
  }

  /** {@link getHandle} with options. */
  getHandleWithOptions<R = Any>(activityId: string, options: GetActivityHandleOptions): ActivityHandle<R> {
    return this.handle(activityId, options.runId, options.typeInfo?.outputType);
  }

  /** The activities that match a query of the visibility language. Every iteration asks the server anew. */
  list(query: string): AsyncIterable<ActivityExecutionInfo> {
    return this.around('list', (input) => listActivities(this.scope, input))({ query, headers: {} });
  }

  /** How many activities match a query. */
  async count(query: string): Promise<CountActivityExecutions> {
    return this.around('count', (input) => countActivities(this.scope, input))({ query, headers: {} });
  }

  private handle<R>(
    activityId: string,
    runId: string | undefined,
    outputType: TypeInfo | undefined,
  ): ActivityHandle<R> {
    const { scope } = this;
    const target = { activityId, activityRunId: runId ?? '', headers: {} };
    return {
      activityId,
      runId,
      result: async () =>
        (await this.around('getResult', (input) => activityResult(scope, input))({ ...target, outputType })) as R,
      describe: async (options) =>
        this.around('describe', (input) => describeActivity(scope, input))({
          ...target,
          options: {
            includeInput: options?.includeInput ?? false,
            includeOutcome: options?.includeOutcome ?? false,
            includeHeartbeatDetails: options?.includeHeartbeatDetails ?? false,
            includeLastFailure: options?.includeLastFailure ?? false,
          },
        }),
      cancel: async (reason) => this.around('cancel', (input) => cancelActivity(scope, input))({ ...target, reason }),
      terminate: async (reason) =>
        this.around('terminate', (input) => terminateActivity(scope, input))({ ...target, reason }),
      pause: async (options = {}) =>
        this.around('pause', (input) => pauseActivity(scope, input))({ ...target, options }),
      unpause: async (options = {}) =>
        this.around('unpause', (input) => unpauseActivity(scope, input))({ ...target, options }),
      updateOptions: async (options) =>
        this.around('updateOptions', (input) => updateActivityOptions(scope, input))({ ...target, options }),
      restoreOriginalOptions: async () =>
        this.around('restoreOriginalOptions', (input) => restoreActivityOptions(scope, input))(target),
    };
  }

  private around<Method extends keyof ActivityClientInterceptor>(
    method: Method,
    call: Next<ActivityClientInterceptor, Method>,
  ): Next<ActivityClientInterceptor, Method> {
    return composeInterceptors(this.interceptors, method, call);
  }
}
