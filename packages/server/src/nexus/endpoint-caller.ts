import type { nexus } from '@perdure/protocol';
import type { NamespaceRegistry } from '../namespace/index.js';
import type { EndpointRegistry } from './endpoint-registry.js';
import {
  cancelOutcome,
  startOutcome,
  timeoutOutcome,
  type CancelOutcome,
  type HandlerErrorOutcome,
  type StartOutcome,
} from './handler-answers.js';
import { describeHandlerFailure, handlerFailure } from './handler-errors.js';
import { cancelOutside, startOutside } from './http/outgoing.js';
import type {
  NexusCancelAnswer,
  NexusCancelCall,
  NexusCaller,
  NexusHandlerError,
  NexusStartAnswer,
  NexusStartCall,
} from './nexus-caller.js';
import { linkOfNexus, nexusLink } from './nexus-links.js';
import type { NexusTasks } from './nexus-tasks.js';

/** What calls are made with. */
export interface EndpointCallerPorts {
  readonly endpoints: EndpointRegistry;
  readonly namespaces: NamespaceRegistry;
  readonly tasks: NexusTasks;
  readonly payloadSizeBytes: number;
  /** Where servers outside tell the end of what they started; undefined if this server cannot be called over HTTP. */
  readonly callbackUrl: () => string | undefined;
}

type Asked = Pick<NexusStartCall, 'endpoint' | 'endpointId' | 'headers' | 'timeoutMs'>;

/** Calls the handlers that endpoints lead to: workers of some namespace, or a server outside. */
export class EndpointCaller implements NexusCaller {
  constructor(private readonly ports: EndpointCallerPorts) {}

  resolveEndpoint(name: string): { readonly id: string } | undefined {
    return this.ports.endpoints.byName(name);
  }

  async start(call: NexusStartCall, signal: AbortSignal): Promise<NexusStartAnswer> {
    const outcome = await this.startAt(this.endpointOf(call), call, signal);
    switch (outcome.kind) {
      case 'completed':
      case 'started':
        return { ...outcome, links: outcome.links.flatMap((link) => linkOfNexus(link) ?? []) };
      case 'handlerError':
        return handlerErrorAnswer(outcome);
      default:
        return outcome;
    }
  }

  async cancel(call: NexusCancelCall, signal: AbortSignal): Promise<NexusCancelAnswer> {
    const outcome = await this.cancelAt(this.endpointOf(call), call, signal);
    return outcome.kind === 'handlerError' ? handlerErrorAnswer(outcome) : outcome;
  }

  private async startAt(
    endpoint: nexus.Endpoint | undefined,
    call: NexusStartCall,
    signal: AbortSignal,
  ): Promise<StartOutcome> {
    const { payloadSizeBytes, callbackUrl } = this.ports;
    const url = endpoint?.spec?.target?.external?.url;
    if (url !== undefined) return startOutside(url, call, callbackUrl(), { payloadSizeBytes, signal });
    const startOperation: nexus.IStartOperationRequest = {
      service: call.service,
      operation: call.operation,
      requestId: call.requestId,
      callback: call.callbackUrl,
      callbackHeader: { ...call.callbackHeaders },
      payload: call.input ?? null,
      links: call.links.flatMap((link) => nexusLink(link) ?? []),
    };
    return this.askWorkers(endpoint, call, { startOperation }, startOutcome, signal);
  }

  private async cancelAt(
    endpoint: nexus.Endpoint | undefined,
    call: NexusCancelCall,
    signal: AbortSignal,
  ): Promise<CancelOutcome> {
    const { payloadSizeBytes } = this.ports;
    const url = endpoint?.spec?.target?.external?.url;
    if (url !== undefined) return cancelOutside(url, call, { payloadSizeBytes, signal });
    const { service, operation, operationToken } = call;
    // Handlers of older SDKs know the token by its former name.
    const cancelOperation = { service, operation, operationToken, operationId: operationToken };
    return this.askWorkers(endpoint, call, { cancelOperation }, cancelOutcome, signal);
  }

  private async askWorkers<Outcome>(
    endpoint: nexus.Endpoint | undefined,
    { headers, timeoutMs }: Asked,
    variant: Pick<nexus.IRequest, 'startOperation' | 'cancelOperation'>,
    outcomeOf: (answer: Awaited<ReturnType<NexusTasks['ask']>>) => Outcome,
    signal: AbortSignal,
  ): Promise<Outcome | HandlerErrorOutcome> {
    const worker = endpoint?.spec?.target?.worker;
    if (endpoint === undefined || worker === undefined) return notFound('endpoint not registered');
    const namespace = this.ports.namespaces.byName(worker.namespace);
    if (namespace === undefined) return notFound(`namespace not found: "${worker.namespace}"`);
    const request: nexus.IRequest = {
      ...variant,
      header: { ...headers },
      endpoint: endpoint.spec?.name ?? '',
      capabilities: { temporalFailureResponses: true },
    };
    const task = { namespaceId: namespace.id, taskQueue: worker.taskQueue, request, timeoutMs };
    try {
      return outcomeOf(await this.ports.tasks.ask(task, signal));
    } catch (error) {
      return timeoutOutcome(error);
    }
  }

  /** The endpoint that was meant, under whatever name it has now. */
  private endpointOf({ endpoint, endpointId }: Asked): nexus.Endpoint | undefined {
    const { endpoints } = this.ports;
    return endpointId === undefined ? endpoints.byName(endpoint) : endpoints.byId(endpointId);
  }
}

function handlerErrorAnswer({ failure }: HandlerErrorOutcome): NexusHandlerError {
  const { errorType, retryable } = describeHandlerFailure(failure);
  return { kind: 'handlerError', errorType, retryable, failure };
}

function notFound(message: string): HandlerErrorOutcome {
  return { kind: 'handlerError', failure: handlerFailure('NOT_FOUND', message, { retryable: false }) };
}
