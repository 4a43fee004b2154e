import {
  recordNexusCancel,
  recordNexusStart,
  type ExecutionState,
  type Limits,
  type NexusCancelOutcome,
  type NexusOperationState,
  type NexusStartOutcome,
} from '@perdure/engine';
import { enums, type common, type failure } from '@perdure/protocol';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import { CALLBACK_TOKEN_HEADER, encodeCallbackToken } from './callback-token.js';
import type { Passed } from './circuit-breaker.js';
import {
  UnusableAnswerError,
  type NexusCancelAnswer,
  type NexusCaller,
  type NexusStartAnswer,
  type NexusStartCall,
} from './nexus-caller.js';
import { SYSTEM_CALLBACK_URL } from './nexus-completions.js';

const OPERATION_TIMEOUT_HEADER = 'operation-timeout';

/** What calls are made with. */
export interface OperationCallPorts {
  readonly host: () => Pick<ExecutionHost, 'execute'>;
  readonly caller: NexusCaller;
  /** The time that executions live in. */
  readonly executionClock: Clock;
  readonly limits: Limits;
}

/** Asks handlers to start and to cancel operations, and tells the calling runs what they answered. */
export class OperationCalls {
  constructor(private readonly ports: OperationCallPorts) {}

  /** Resolves when the answer, or that there was none, is durable. */
  async start(state: ExecutionState, operation: NexusOperationState, signal: AbortSignal): Promise<Passed> {
    const { scheduledEventId, tries } = operation;
    const call = this.startCall(state, operation);
    // Time is up: the timer that ends the operation is about to fire.
    if (call === undefined) return 'unused';
    let outcome: NexusStartOutcome;
    let passed: Passed;
    try {
      outcome = startOutcome(await this.ports.caller.start(call, signal));
      passed = outcome.kind === 'retry' ? 'down' : 'up';
    } catch (error) {
      if (signal.aborted) return 'unused';
      outcome = { kind: 'retry', failure: noAnswer(error) };
      passed = passedWithout(error);
    }
    const request = { scheduledEventId, tries: tries.completed };
    await this.ports
      .host()
      .execute(state.key, (live, context) => recordNexusStart(live.state, request, outcome, context));
    return passed;
  }

  /** Resolves when the answer, or that there was none, is durable. */
  async cancel(state: ExecutionState, operation: NexusOperationState, signal: AbortSignal): Promise<Passed> {
    const { scheduledEventId, operationToken, cancellation } = operation;
    const timeoutMs = this.timeoutMs(operation);
    if (cancellation === undefined || timeoutMs <= 0) return 'unused';
    let outcome: NexusCancelOutcome;
    let passed: Passed;
    try {
      const call = { ...addressee(state, operation), operationToken, headers: headersOf(operation), timeoutMs };
      outcome = cancelOutcome(await this.ports.caller.cancel(call, signal));
      passed = outcome.kind === 'retry' ? 'down' : 'up';
    } catch (error) {
      if (signal.aborted) return 'unused';
      outcome = { kind: 'retry', failure: noAnswer(error) };
      passed = passedWithout(error);
    }
    const request = { scheduledEventId, tries: cancellation.tries.completed };
    await this.ports
      .host()
      .execute(state.key, (live, context) => recordNexusCancel(live.state, request, outcome, context));
    return passed;
  }

  private startCall(state: ExecutionState, operation: NexusOperationState): NexusStartCall | undefined {
    const timeoutMs = this.timeoutMs(operation);
    if (timeoutMs <= 0) return undefined;
    const { key, namespace } = state;
    const { scheduledEventId, attributes } = operation;
    const requestId = attributes.requestId ?? '';
    const headers = headersOf(operation);
    const operationTimeoutMs = this.operationTimeoutMs(operation);
    if (operationTimeoutMs !== undefined) headers[OPERATION_TIMEOUT_HEADER] ??= `${Math.ceil(operationTimeoutMs)}ms`;
    const eventRef = { eventId: scheduledEventId, eventType: enums.EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED };
    const link: common.ILink = {
      workflowEvent: { namespace, workflowId: key.workflowId, runId: key.runId, eventRef },
    };
    return {
      ...addressee(state, operation),
      requestId,
      input: attributes.input ?? undefined,
      headers,
      links: [link],
      callbackUrl: SYSTEM_CALLBACK_URL,
      callbackHeaders: { [CALLBACK_TOKEN_HEADER]: encodeCallbackToken({ key, scheduledEventId, requestId }) },
      timeoutMs,
    };
  }

  /** What is left for one request. */
  private timeoutMs(operation: NexusOperationState): number {
    const { timeouts, phase } = operation;
    const toStartMs = phase === 'started' ? Infinity : (timeouts.scheduleToStartMs ?? Infinity);
    const wholeMs = Math.min(timeouts.scheduleToCloseMs ?? Infinity, toStartMs);
    return Math.min(this.ports.limits.nexusRequestTimeoutMs, this.leftMs(operation, wholeMs));
  }

  /** What is left for the operation itself. */
  private operationTimeoutMs(operation: NexusOperationState): number | undefined {
    const { scheduleToCloseMs, startToCloseMs } = operation.timeouts;
    if (scheduleToCloseMs === undefined) return startToCloseMs;
    return Math.min(this.leftMs(operation, scheduleToCloseMs), startToCloseMs ?? Infinity);
  }

  private leftMs({ scheduledTimeMs }: NexusOperationState, timeoutMs: number): number {
    return scheduledTimeMs + timeoutMs - this.ports.executionClock.nowMs();
  }
}

function addressee(state: ExecutionState, { attributes }: NexusOperationState) {
  return {
    endpoint: attributes.endpoint ?? '',
    endpointId: attributes.endpointId || undefined,
    callerNamespace: state.namespace,
    service: attributes.service ?? '',
    operation: attributes.operation ?? '',
  };
}

function headersOf({ attributes }: NexusOperationState): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes.nexusHeader ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
}

function startOutcome(answer: NexusStartAnswer): NexusStartOutcome {
  switch (answer.kind) {
    case 'completed':
    case 'started':
      return answer;
    case 'unsuccessful':
      return { kind: answer.state, failure: answer.failure };
    case 'handlerError':
      return { kind: answer.retryable ? 'retry' : 'failed', failure: answer.failure };
    default:
      return answer satisfies never;
  }
}

function cancelOutcome(answer: NexusCancelAnswer): NexusCancelOutcome {
  if (answer.kind === 'acknowledged') return answer;
  return { kind: answer.retryable ? 'retry' : 'refused', failure: answer.failure };
}

/** What a request without an answer to go by says of whom it was for. */
export function passedWithout(error: unknown): Passed {
  return error instanceof UnusableAnswerError ? 'up' : 'down';
}

/** Why there was no answer, as DescribeWorkflowExecution tells it. */
export function noAnswer(error: unknown): failure.IFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { message, applicationFailureInfo: { type: 'CallError' } };
}
