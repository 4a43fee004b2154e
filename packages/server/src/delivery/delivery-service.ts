import {
  outgoingRequestId,
  recordChildClosed,
  recordChildStarted,
  recordChildStartFailed,
  recordExternalOutcome,
  recordParentCloseDutyDone,
  recordParentNotified,
  requestCancel,
  signalExecution,
  startExecution,
  terminateExecution,
  type ChildState,
  type Effect,
  type ExecutionState,
  type ExternalOutcome,
  type ExternalRequestState,
  type ParentCloseDuty,
} from '@perdure/engine';
import { enums } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import type { Logger } from '../observability/index.js';
import type { LiveExecution, Shard } from '../shard/index.js';
import { childStartRequest } from './child-start-request.js';

const { ParentClosePolicy, StartChildWorkflowExecutionFailedCause } = enums;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 10_000;

/** An effect that another execution has to know of. */
export type DeliverableEffect = Exclude<Effect, { kind: 'workflowTask' | 'activityTask' }>;

export interface DeliveryPorts {
  readonly host: () => ExecutionHost;
  readonly clock: Clock;
  readonly log: Logger;
  /** The namespace still exists. */
  readonly namespaceExists: (namespaceId: string) => boolean;
}

/**
 * Carries durable effects from one execution to another: children, signals, cancellations, the news of a close. Each
 * is carried as often as it takes; request ids and states at the target make the second time harmless.
 */
export class DeliveryService {
  constructor(private readonly ports: DeliveryPorts) {}

  deliver(shard: Shard, live: LiveExecution, effect: DeliverableEffect): void {
    this.attempt(shard, live, effect, FIRST_RETRY_MS);
  }

  private attempt(shard: Shard, live: LiveExecution, effect: DeliverableEffect, retryMs: number): void {
    this.carry(live.state, effect).catch((error: unknown) => {
      if (live.discarded) return;
      const isExpected = error instanceof ServiceError && (error.code === 'UNAVAILABLE' || error.code === 'NOT_FOUND');
      if (!isExpected) this.ports.log.error('Could not carry an effect to another execution; trying again', { effect: effect.kind, ...live.state.key, error });
      this.ports.clock.callAt(this.ports.clock.nowMs() + retryMs, () => {
        if (!live.discarded) this.attempt(shard, live, effect, Math.min(retryMs * 2, MAX_RETRY_MS));
      });
    });
  }

  private async carry(state: ExecutionState, effect: DeliverableEffect): Promise<void> {
    switch (effect.kind) {
      case 'startChild': {
        const child = state.children.get(effect.initiatedEventId);
        if (child !== undefined && child.startedRunId === '') await this.startChild(state, child);
        return;
      }
      case 'externalRequest': {
        const request = state.externalRequests.get(effect.initiatedEventId);
        if (request !== undefined) await this.request(state, request);
        return;
      }
      case 'notifyParent':
        await this.notifyParent(state);
        return;
      case 'parentClosePolicy': {
        const duty = state.parentCloseDuties.find((each) => each.initiatedEventId === effect.initiatedEventId);
        if (duty !== undefined) await this.applyParentClosePolicy(state, duty);
        return;
      }
      default:
        effect satisfies never;
    }
  }

  private async startChild(parent: ExecutionState, child: ChildState): Promise<void> {
    const host = this.ports.host();
    const { initiatedEventId } = child;
    const { request, namespaceId } = childStartRequest(parent, child);
    const failed = (cause: enums.StartChildWorkflowExecutionFailedCause) =>
      host.execute(parent.key, (live, context) => recordChildStartFailed(live.state, initiatedEventId, cause, context));
    if (!this.ports.namespaceExists(namespaceId)) {
      await failed(StartChildWorkflowExecutionFailedCause.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND);
      return;
    }
    try {
      const { namespace, key, started } = parent;
      const execution = { namespace, namespaceId: key.namespaceId, workflowId: key.workflowId, runId: key.runId };
      const root = started.rootWorkflowExecution ?? { workflowId: key.workflowId, runId: key.runId };
      const target = { namespaceId, workflowId: request.workflowId ?? '', runId: '' };
      const { result } = await host.start(target, (current, context) =>
        startExecution(current?.state, { request, namespaceId, parent: { execution, initiatedEventId, root } }, context),
      );
      await host.execute(parent.key, (live, context) => recordChildStarted(live.state, initiatedEventId, result.runId, context));
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'ALREADY_EXISTS') throw error;
      await failed(StartChildWorkflowExecutionFailedCause.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
    }
  }

  private async request(sender: ExecutionState, request: ExternalRequestState): Promise<void> {
    const outcome = await this.requestOutcome(sender, request);
    await this.ports.host().execute(sender.key, (live, context) => recordExternalOutcome(live.state, request.initiatedEventId, outcome, context));
  }

  private async requestOutcome(from: ExecutionState, request: ExternalRequestState): Promise<ExternalOutcome> {
    const { target, initiatedEventId } = request;
    if (!this.ports.namespaceExists(target.namespaceId)) return 'namespaceNotFound';
    const sender = { namespace: from.namespace, namespaceId: from.key.namespaceId, workflowId: from.key.workflowId, runId: from.key.runId, initiatedEventId };
    const requestId = outgoingRequestId(from, initiatedEventId);
    try {
      await this.ports.host().execute(target, (live, context) => {
        if (request.childWorkflowOnly && !isChildOf(live.state, from)) throw new ServiceError('NOT_FOUND', 'not a child of the sender');
        if (request.kind === 'cancel') return requestCancel(live.state, { reason: request.reason, identity: 'history-service', requestId, sender }, context);
        const { name, input, header } = request.signal ?? { name: '', input: undefined, header: undefined };
        return signalExecution(live.state, { name, input, header, identity: 'history-service', requestId, sender }, context);
      });
      return 'delivered';
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'NOT_FOUND') return 'executionNotFound';
      if (error instanceof ServiceError && error.code === 'INVALID_ARGUMENT') return 'signalLimitExceeded';
      throw error;
    }
  }

  private async notifyParent(child: ExecutionState): Promise<void> {
    const { started, closeEvent, key, chain } = child;
    const parent = started.parentWorkflowExecution;
    if (parent == null || closeEvent === undefined) return;
    const target = { namespaceId: started.parentWorkflowNamespaceId ?? '', workflowId: parent.workflowId ?? '', runId: parent.runId ?? '' };
    await ignoringNotFound(
      this.ports.host().execute(target, (live, context) =>
        recordChildClosed(
          live.state,
          { initiatedEventId: started.parentInitiatedEventId ?? 0, workflowId: key.workflowId, runId: key.runId, firstRunId: chain.firstRunId, closeEvent },
          context,
        ),
      ),
    );
    await this.ports.host().execute(key, (live, context) => recordParentNotified(live.state, context));
  }

  private async applyParentClosePolicy(parent: ExecutionState, duty: ParentCloseDuty): Promise<void> {
    const { namespaceId, workflowId } = duty.child;
    await ignoringNotFound(
      this.ports.host().execute({ namespaceId, workflowId, runId: '' }, (live, context) => {
        if (!isChildOf(live.state, parent)) throw new ServiceError('NOT_FOUND', 'the child has been replaced by another execution');
        if (duty.policy === ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL) {
          const sender = { namespace: parent.namespace, namespaceId: parent.key.namespaceId, workflowId: parent.key.workflowId, runId: parent.key.runId, initiatedEventId: duty.initiatedEventId };
          return requestCancel(live.state, { reason: 'by parent close policy', identity: 'history-service', requestId: '', sender }, context);
        }
        return terminateExecution(live.state, { reason: 'by parent close policy', details: undefined, identity: 'history-service' }, context);
      }),
    );
    await this.ports.host().execute(parent.key, (live, context) => recordParentCloseDutyDone(live.state, duty.initiatedEventId, context));
  }
}

function isChildOf(state: ExecutionState, parent: ExecutionState): boolean {
  const recorded = state.started.parentWorkflowExecution;
  return recorded?.workflowId === parent.key.workflowId && recorded.runId === parent.key.runId;
}

async function ignoringNotFound(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'NOT_FOUND') throw error;
  }
}
