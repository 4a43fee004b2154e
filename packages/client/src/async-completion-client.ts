import type { ActivitySerializationContext, PayloadTypeInfo } from '@perdure/common';
import { encodeErrorToFailure, encodeToPayloadsWithContext } from '@perdure/common/internal/conversion';
import type { common } from '@perdure/protocol';
import { ensureTemporalFailure } from '@perdure/common';
import { BaseClient, type BaseClientOptions, type LoadedWithDefaults, withBaseDefaults } from './base-client.js';
import {
  ActivityCancelledError,
  ActivityCompletionError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
  isGrpcServiceError,
} from './errors.js';
import { throwIfDetailsSay } from './error-conversion.js';
import { GrpcStatus } from './transport/index.js';
import type { WorkflowService } from './types.js';

/** How a client for activities that complete later is made. */
export type AsyncCompletionClientOptions = BaseClientOptions;

/** Options with everything filled in. */
export type LoadedAsyncCompletionClientOptions = LoadedWithDefaults<AsyncCompletionClientOptions>;

/** Options of every operation by task token. */
export interface AsyncCompletionOperationOptions {
  /** Whom payloads concern, for converters that want to know. By id it is known. */
  serializationContext?: ActivitySerializationContext;
}

/** Options of `complete`. */
export interface AsyncCompletionCompleteOptions {
  /** Adapts the result. */
  typeInfo?: Pick<PayloadTypeInfo, 'outputType'>;
}

/** Which activity is meant: one of a workflow, or without `workflowId` one that stands alone. */
export interface FullActivityId {
  workflowId?: string;
  /** Of the workflow, or of the activity that stands alone; the latest by default. */
  runId?: string;
  activityId: string;
}

type Target = Uint8Array | FullActivityId;

/** Reports on activities that threw `CompleteAsyncError`, by the token they left or by their id. */
export class AsyncCompletionClient extends BaseClient {
  readonly options: LoadedAsyncCompletionClientOptions;

  constructor(options?: AsyncCompletionClientOptions) {
    super(options);
    this.options = { ...withBaseDefaults(options), loadedDataConverter: this.dataConverter };
  }

  /** Every method of the workflow service. The namespace of this client is not filled in. */
  get workflowService(): WorkflowService {
    return this.connection.workflowService;
  }

  /** Completes an activity. Rejects with `ActivityNotFoundError` if it is unknown or closed. */
  complete(
    taskToken: Uint8Array,
    result: unknown,
    options?: AsyncCompletionCompleteOptions & AsyncCompletionOperationOptions,
  ): Promise<void>;
  complete(fullActivityId: FullActivityId, result: unknown, options?: AsyncCompletionCompleteOptions): Promise<void>;
  async complete(
    target: Target,
    value: unknown,
    options?: AsyncCompletionCompleteOptions & AsyncCompletionOperationOptions,
  ): Promise<void> {
    const { outputType } = options?.typeInfo ?? {};
    const result = await this.payloads(target, options, [value], outputType === undefined ? undefined : [outputType]);
    await this.calling(
      target instanceof Uint8Array
        ? this.workflowService.respondActivityTaskCompleted({ ...this.caller(), taskToken: target, result })
        : this.workflowService.respondActivityTaskCompletedById({ ...this.caller(), ...target, result }),
    );
  }

  /** Fails an activity. */
  fail(taskToken: Uint8Array, err: unknown, options?: AsyncCompletionOperationOptions): Promise<void>;
  fail(fullActivityId: FullActivityId, err: unknown): Promise<void>;
  async fail(target: Target, err: unknown, options?: AsyncCompletionOperationOptions): Promise<void> {
    const context = this.serializationContextFor(target, options);
    const failure = await encodeErrorToFailure(this.dataConverter, ensureTemporalFailure(err), context);
    await this.calling(
      target instanceof Uint8Array
        ? this.workflowService.respondActivityTaskFailed({ ...this.caller(), taskToken: target, failure })
        : this.workflowService.respondActivityTaskFailedById({ ...this.caller(), ...target, failure }),
    );
  }

  /** Reports that an activity is cancelled, as it was asked to. */
  reportCancellation(
    taskToken: Uint8Array,
    details?: unknown,
    options?: AsyncCompletionOperationOptions,
  ): Promise<void>;
  reportCancellation(fullActivityId: FullActivityId, details?: unknown): Promise<void>;
  async reportCancellation(target: Target, value?: unknown, options?: AsyncCompletionOperationOptions): Promise<void> {
    const details = await this.payloads(target, options, [value]);
    await this.calling(
      target instanceof Uint8Array
        ? this.workflowService.respondActivityTaskCanceled({ ...this.caller(), taskToken: target, details })
        : this.workflowService.respondActivityTaskCanceledById({ ...this.caller(), ...target, details }),
    );
  }

  /**
   * Says that an activity is alive. Rejects with `ActivityCancelledError`, `ActivityPausedError` or `ActivityResetError`
   * if the server wants that of it.
   */
  heartbeat(taskToken: Uint8Array, details?: unknown, options?: AsyncCompletionOperationOptions): Promise<void>;
  heartbeat(fullActivityId: FullActivityId, details?: unknown): Promise<void>;
  async heartbeat(target: Target, value?: unknown, options?: AsyncCompletionOperationOptions): Promise<void> {
    const details = await this.payloads(target, options, [value]);
    const answer = await this.calling(
      target instanceof Uint8Array
        ? this.workflowService.recordActivityTaskHeartbeat({ ...this.caller(), taskToken: target, details })
        : this.workflowService.recordActivityTaskHeartbeatById({ ...this.caller(), ...target, details }),
    );
    if (answer.cancelRequested) throw new ActivityCancelledError('cancelled');
    if (answer.activityReset) throw new ActivityResetError('reset');
    if (answer.activityPaused) throw new ActivityPausedError('paused');
  }

  protected serializationContextFor(
    target: Target,
    options?: AsyncCompletionOperationOptions,
  ): ActivitySerializationContext | undefined {
    if (target instanceof Uint8Array) return options?.serializationContext;
    const { workflowId, activityId } = target;
    return { type: 'activity', namespace: this.options.namespace, workflowId, activityId, isLocal: false };
  }

  private caller(): { identity: string; namespace: string } {
    return { identity: this.options.identity, namespace: this.options.namespace };
  }

  private async payloads(
    target: Target,
    options: AsyncCompletionOperationOptions | undefined,
    values: readonly unknown[],
    types?: Parameters<typeof encodeToPayloadsWithContext>[3],
  ): Promise<common.IPayloads> {
    const context = this.serializationContextFor(target, options);
    return { payloads: await encodeToPayloadsWithContext(this.dataConverter, context, values, types) };
  }

  private async calling<Answer>(call: Promise<Answer>): Promise<Answer> {
    try {
      return await call;
    } catch (error) {
      if (!isGrpcServiceError(error)) throw error;
      throwIfDetailsSay(error);
      if (Number(error.code) === GrpcStatus.NOT_FOUND) throw new ActivityNotFoundError('Not found');
      throw new ActivityCompletionError(error.details === '' ? error.message : error.details, { cause: error });
    }
  }
}
