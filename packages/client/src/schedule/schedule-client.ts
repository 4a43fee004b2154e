import { randomUUID } from 'node:crypto';
import type { Headers, Workflow } from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import type { schedule, workflowservice } from '@perdure/protocol';
import { BaseClient, type BaseClientOptions, type LoadedWithDefaults, withBaseDefaults } from '../base-client.js';
import { isGrpcServiceError } from '../errors.js';
import { listed } from '../listed.js';
import { GrpcStatus } from '../transport/index.js';
import type { WorkflowService } from '../types.js';
import type { CallScope } from '../workflow/call-scope.js';
import { decodeDescription, decodeSummary } from './description.js';
import { ScheduleAlreadyRunning, throwScheduleError } from './errors.js';
import type { CreateScheduleInput, CreateScheduleOutput, ScheduleClientInterceptor } from './interceptors.js';
import { encodeScheduleOverlapPolicy, ScheduleOverlapPolicy } from './overlap-policy.js';
import {
  assertRequiredScheduleOptions,
  compileScheduleOptions,
  compileScheduleUpdateOptions,
  createRequest,
  encodeBackfill,
  updateRequest,
} from './requests.js';
import type {
  Backfill,
  ScheduleDescription,
  ScheduleOptions,
  ScheduleOptionsStartWorkflowAction,
  ScheduleSummary,
  ScheduleUpdateOptions,
} from './schedule-types.js';

/** One schedule. */
export interface ScheduleHandle {
  readonly scheduleId: string;
  /** What the server knows of it. */
  describe(): Promise<ScheduleDescription>;
  /** Describes it, lets `updateFn` say what it shall be, and puts that in its place. */
  update<W extends Workflow = Workflow>(
    updateFn: (previous: ScheduleDescription) => ScheduleUpdateOptions<ScheduleOptionsStartWorkflowAction<W>>,
  ): Promise<void>;
  delete(): Promise<void>;
  /** Takes an action now. @param overlap ALLOW_ALL by default */
  trigger(overlap?: ScheduleOverlapPolicy): Promise<void>;
  /** Takes the actions of a time, or of several, now. */
  backfill(options: Backfill | Backfill[]): Promise<void>;
  /** @param note for people; `Paused via TypeScript SDK` by default */
  pause(note?: string): Promise<void>;
  /** @param note for people; `Unpaused via TypeScript SDK` by default */
  unpause(note?: string): Promise<void>;
  /** The client that made this handle. */
  readonly client: ScheduleClient;
}

/** How a client for schedules is made. */
export interface ScheduleClientOptions extends BaseClientOptions {
  /** Go around the calls of this client, the first one outermost. */
  interceptors?: ScheduleClientInterceptor[];
}

/** Options with everything filled in. */
export type LoadedScheduleClientOptions = LoadedWithDefaults<ScheduleClientOptions>;

/** Which schedules are listed. */
export interface ListScheduleOptions {
  /** How many the server is asked for at a time; 1000 by default. */
  pageSize?: number;
  /** In the visibility language; all of the namespace without one. */
  query?: string;
}

/** Creates schedules and makes handles to them. */
export class ScheduleClient extends BaseClient {
  readonly options: LoadedScheduleClientOptions;
  private readonly scope: CallScope;

  constructor(options?: ScheduleClientOptions) {
    super(options);
    const filledIn = withBaseDefaults(options);
    this.options = {
      ...filledIn,
      interceptors: options?.interceptors ?? [],
      loadedDataConverter: this.dataConverter,
    };
    const { namespace, identity } = filledIn;
    this.scope = { service: this.workflowService, namespace, identity, dataConverter: this.dataConverter };
  }

  /** Every method of the workflow service. The namespace of this client is not filled in. */
  get workflowService(): WorkflowService {
    return this.connection.workflowService;
  }

  /** Creates a schedule. Rejects with `ScheduleAlreadyRunning` if there is one with this id. */
  async create<W extends Workflow = Workflow>(
    options: ScheduleOptions<ScheduleOptionsStartWorkflowAction<W>>,
  ): Promise<ScheduleHandle> {
    const given = options as unknown as ScheduleOptions;
    assertRequiredScheduleOptions('ScheduleOptions', given);
    const compiled = compileScheduleOptions(given);
    const next = composeInterceptors(this.options.interceptors, 'create', (input) => this.send(input));
    await next({ options: compiled, headers: {} });
    return this.getHandle(options.scheduleId);
  }

  /** The schedules that match a query. Every iteration asks the server anew. */
  list(options: ListScheduleOptions = {}): AsyncIterable<ScheduleSummary> {
    const { namespace } = this.scope;
    const { pageSize, query } = options;
    return listed(
      (nextPageToken) =>
        this.workflowService
          .listSchedules({ namespace, nextPageToken, maximumPageSize: pageSize, query })
          .catch((error: unknown) => throwScheduleError(error, 'Failed to list schedules')),
      (page) => page.schedules,
      (entry) => decodeSummary(this.dataConverter, entry),
    );
  }

  /** A handle to a schedule, which need not exist. */
  getHandle(scheduleId: string): ScheduleHandle {
    const patch = (change: schedule.ISchedulePatch): Promise<void> => this.patch(scheduleId, change);
    return {
      client: this,
      scheduleId,
      describe: async () => {
        const raw = await this.describe(scheduleId);
        return decodeDescription(this.dataConverter, this.options.namespace, scheduleId, raw);
      },
      update: async (updateFn) => this.update(scheduleId, updateFn),
      delete: async () => {
        const { namespace, identity } = this.scope;
        await this.workflowService
          .deleteSchedule({ namespace, identity, scheduleId })
          .catch((error: unknown) => throwScheduleError(error, 'Failed to delete schedule', scheduleId));
      },
      pause: async (note) => patch({ pause: note ?? 'Paused via TypeScript SDK' }),
      unpause: async (note) => patch({ unpause: note ?? 'Unpaused via TypeScript SDK' }),
      trigger: async (overlap = ScheduleOverlapPolicy.ALLOW_ALL) =>
        patch({ triggerImmediately: { overlapPolicy: encodeScheduleOverlapPolicy(overlap) } }),
      backfill: async (options) =>
        patch({ backfillRequest: (Array.isArray(options) ? options : [options]).map(encodeBackfill) }),
    };
  }

  private async send({ options, headers }: CreateScheduleInput): Promise<CreateScheduleOutput> {
    const { scheduleId } = options;
    const request = await createRequest(this.scope, options, headers);
    try {
      const { conflictToken } = await this.workflowService.createSchedule(request);
      return { conflictToken };
    } catch (error) {
      if (isGrpcServiceError(error) && Number(error.code) === GrpcStatus.ALREADY_EXISTS) {
        throw new ScheduleAlreadyRunning('Schedule already exists and is running', scheduleId);
      }
      return throwScheduleError(error, 'Failed to create schedule', scheduleId);
    }
  }

  private describe(scheduleId: string): Promise<workflowservice.DescribeScheduleResponse> {
    return this.workflowService
      .describeSchedule({ namespace: this.scope.namespace, scheduleId })
      .catch((error: unknown) => throwScheduleError(error, 'Failed to describe schedule', scheduleId));
  }

  private async update(scheduleId: string, updateFn: (previous: ScheduleDescription) => unknown): Promise<void> {
    const raw = await this.describe(scheduleId);
    const previous = await decodeDescription(this.dataConverter, this.options.namespace, scheduleId, raw);
    const changed = updateFn(previous) as ScheduleUpdateOptions;
    assertRequiredScheduleOptions('ScheduleUpdateOptions', changed);
    // Headers are set by interceptors when the schedule is created, and nothing in the options could say them again.
    const headers = (raw.schedule?.action?.startWorkflow?.header?.fields ?? {}) as Headers;
    const compiled = compileScheduleUpdateOptions(scheduleId, changed);
    const request = await updateRequest(this.scope, scheduleId, compiled, headers);
    await this.workflowService
      .updateSchedule(request)
      .catch((error: unknown) => throwScheduleError(error, 'Failed to update schedule', scheduleId));
  }

  private async patch(scheduleId: string, patch: schedule.ISchedulePatch): Promise<void> {
    const { namespace, identity } = this.scope;
    await this.workflowService
      .patchSchedule({ namespace, identity, scheduleId, requestId: randomUUID(), patch })
      .catch((error: unknown) => throwScheduleError(error, 'Failed to patch schedule', scheduleId));
  }
}
