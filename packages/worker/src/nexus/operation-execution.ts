import {
  ApplicationFailure,
  defaultDataConverter,
  fromPayloadWithTypeInfo,
  LoggerWithComposedMetadata,
  MetricMeterWithComposedTags,
  SdkComponent,
  type Logger,
  type MetricTags,
  type Payload,
} from '@perdure/common';
import { callUserCode, composeInterceptors } from '@perdure/common/internal';
import { decodeOptionalSingle, encodeToPayload } from '@perdure/common/internal/conversion';
import { asyncLocalStorage, type HandlerContext } from '@perdure/nexus/internal';
import type { nexus as protocol } from '@perdure/protocol';
import * as nexus from 'nexus-rpc';
import { handlerErrorOf } from './handler-errors.js';
import type { NexusInterceptors } from './interceptors.js';
import type { NexusEnvironment } from './nexus-environment.js';
import { startContext, type NexusTask } from './operation-context.js';
import { handlerFailed, operationFailed, type OperationOutcome } from './operation-outcome.js';
import type { RegisteredOperation } from './service-registry.js';

/** By this type a converter or codec says that a payload is not what it should be; then it is the caller's fault. */
const PAYLOAD_VALIDATION_ERROR_TYPE = 'PayloadValidationError';

/** What an execution stands on. */
export interface OperationGround {
  readonly environment: NexusEnvironment;
  /** Bound to the worker: for messages about operations, not of them. */
  readonly workerLogger: Logger;
}

/** One call of an operation: its context, and the calling of its handler. */
export class OperationExecution {
  private interceptors: readonly NexusInterceptors[] = [];

  constructor(
    private readonly ground: OperationGround,
    private readonly task: NexusTask,
    private readonly ctx: nexus.OperationContext,
    private readonly isStopping: () => boolean,
  ) {}

  /** Calls the operation. Never rejects. */
  async run(): Promise<OperationOutcome> {
    const { environment, workerLogger } = this.ground;
    const startedAtMs = performance.now();
    try {
      this.interceptors = environment.interceptors.map((create) => create(this.ctx));
      workerLogger.debug('Nexus operation handler started', this.logAttributes());
      const response = await this.inContext(() => this.call());
      workerLogger.debug('Nexus operation handler completed', this.endAttributes(startedAtMs));
      return { status: 'completed', response };
    } catch (error) {
      workerLogger.warn('Nexus operation handler failed', { error, ...this.endAttributes(startedAtMs) });
      return await this.failed(error);
    }
  }

  private inContext<R>(run: () => Promise<R>): Promise<R> {
    const { namespace, taskQueue, client, updateCallbacks, logger, metricMeter } = this.ground.environment;
    let metrics: HandlerContext['metrics'] | undefined;
    const context: HandlerContext = {
      namespace,
      taskQueue,
      endpoint: this.task.request?.endpoint ?? '',
      client: client(),
      updateCallbacks,
      log: LoggerWithComposedMetadata.compose(logger, () => ({
        sdkComponent: SdkComponent.nexus,
        ...this.logAttributes(),
      })),
      get metrics() {
        return (metrics ??= MetricMeterWithComposedTags.compose(metricMeter, tags, true));
      },
    };
    const tags = (): MetricTags => this.metricTags();
    // Calls that the handler makes end with what it is called for.
    return context.client.withAbortSignal(this.ctx.abortSignal, () => asyncLocalStorage.run(context, run));
  }

  private async call(): Promise<protocol.IResponse> {
    const { startOperation, cancelOperation } = this.task.request ?? {};
    const { service, operation } = this.ctx;
    if (startOperation !== undefined) {
      const handler = this.ground.environment.services.find(service, operation);
      return { startOperation: await this.start(handler, startOperation) };
    }
    if (cancelOperation !== undefined) {
      const handler = this.ground.environment.services.find(service, operation);
      const cancel = composeInterceptors(this.inbound(), 'cancelOperation', ({ ctx, token }) =>
        callUserCode(handler.cancel.bind(handler, ctx, token)),
      );
      // Servers before 1.27 know tokens by their older name.
      await cancel({ ctx: this.ctx, token: cancelOperation.operationToken || cancelOperation.operationId });
      return { cancelOperation: {} };
    }
    throw new nexus.HandlerError(
      'NOT_IMPLEMENTED',
      'This worker can start and cancel operations, and was asked neither',
    );
  }

  private async start(
    handler: RegisteredOperation,
    request: protocol.StartOperationRequest,
  ): Promise<protocol.IStartOperationResponse> {
    const ctx = startContext(this.ctx, request);
    const start = composeInterceptors(this.inbound(), 'startOperation', async (call) => ({
      result: await callUserCode(handler.start.bind(handler, call.ctx, call.input)),
    }));
    const { result } = await start({ ctx, input: await this.decode(request.payload, handler) });
    const links = ctx.outboundLinks.map(({ url, type }) => ({ url: url.toString(), type }));
    if (result.isAsync) return { asyncSuccess: { operationToken: result.token, links } };
    const payload = await encodeToPayload(
      this.ground.environment.dataConverter,
      result.value,
      undefined,
      handler.outputType,
      `The result of operation "${this.ctx.operation}"`,
    );
    return { syncSuccess: { payload, links } };
  }

  private async decode(payload: Payload | undefined, { inputType }: RegisteredOperation): Promise<unknown> {
    const { payloadConverter, payloadCodecs } = this.ground.environment.dataConverter;
    const refuse = (cause: unknown): never => {
      const message = `The input of operation ${this.ctx.operation} cannot be read`;
      throw new nexus.HandlerError('BAD_REQUEST', message, { cause });
    };
    const decoded = await decodeOptionalSingle(payloadCodecs, payload).catch((error: unknown) => {
      // A codec may fail for reasons that pass, such as a key that could not be fetched.
      if (isValidationError(error)) return refuse(error);
      throw error;
    });
    if (!decoded) return undefined;
    try {
      return fromPayloadWithTypeInfo(payloadConverter, decoded, undefined, inputType);
    } catch (error) {
      return refuse(error);
    }
  }

  private async failed(error: unknown): Promise<OperationOutcome> {
    const { dataConverter } = this.ground.environment;
    const takesFailures = this.task.request?.capabilities?.temporalFailureResponses ?? false;
    const form = { dataConverter, takesFailures };
    try {
      if (error instanceof nexus.OperationError) return await operationFailed(error, form);
      return await handlerFailed(handlerErrorOf(error, this.isStopping()), form);
    } catch (conversionError) {
      // The converters of the application cannot write it down, so it is said without them.
      const failure = new nexus.HandlerError('INTERNAL', 'The error of the operation handler cannot be converted', {
        cause: conversionError,
      });
      return await handlerFailed(failure, { ...form, dataConverter: defaultDataConverter });
    }
  }

  /** What is logged along with every message about it. */
  private logAttributes(): Record<string, unknown> {
    const { namespace, taskQueue } = this.ground.environment;
    const { service, operation } = this.ctx;
    const method = this.task.request?.cancelOperation === undefined ? 'startOperation' : 'cancelOperation';
    const attributes = { namespace, taskQueue, service, operation, method };
    try {
      return composeInterceptors(this.outbound(), 'getLogAttributes', (input) => input)(attributes);
    } catch (error) {
      // What is to be said matters more than what was to be said along with it.
      return { ...attributes, logAttributesError: error };
    }
  }

  private endAttributes(startedAtMs: number): Record<string, unknown> {
    return { ...this.logAttributes(), durationMs: Math.round(performance.now() - startedAtMs) };
  }

  private metricTags(): MetricTags {
    const { namespace, taskQueue } = this.ground.environment;
    const { service, operation } = this.ctx;
    return composeInterceptors(
      this.outbound(),
      'getMetricTags',
      (input) => input,
    )({
      namespace,
      taskQueue,
      service,
      operation,
    });
  }

  private inbound() {
    return this.interceptors.flatMap(({ inbound }) => (inbound === undefined ? [] : [inbound]));
  }

  private outbound() {
    return this.interceptors.flatMap(({ outbound }) => (outbound === undefined ? [] : [outbound]));
  }
}

function isValidationError(error: unknown): boolean {
  if (!(error instanceof ApplicationFailure)) return false;
  return error.type === PAYLOAD_VALIDATION_ERROR_TYPE && error.nonRetryable === true;
}
