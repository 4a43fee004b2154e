import {
  isClosed,
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
  type ExecutionKey,
  type ExecutionReference,
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
import type { LiveExecution, RunTarget, Shard } from '../shard/index.js';
import type { NexusDelivery } from '../nexus/index.js';
import { childStartRequest } from './child-start-request.js';

const { ParentClosePolicy, StartChildWorkflowExecutionFailedCause: FailedCause } = enums;
/** Who asks, as history events name it. */
const IDENTITY = 'history-service';
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 10_000;

/** An effect that another execution has to know of. */
export type DeliverableEffect = Exclude<Effect, { kind: 'workflowTask' | 'activityTask' }>;

/** What deliveries work with. */
export interface DeliveryPorts {
  readonly host: () => ExecutionHost;
  readonly clock: Clock;
  readonly log: Logger;
  /** The namespace still exists. */
  readonly namespaceExists: (namespaceId: string) => boolean;
  readonly nexus: Pick<NexusDelivery, 'carry'>;
}

/**
 * Carries durable effects from one execution to another: children, signals, cancellations, the news of a close. Each
 * is carried as often as it takes; request ids and states at the target make the second time harmless.
 */
export class DeliveryService {
  constructor(private readonly ports: DeliveryPorts) {}

  /** Carries an effect of a run. If the shard fails first, the shard opened in its place does it. */
  deliver(shard: Shard, live: LiveExecution, effect: DeliverableEffect): void {
    this.attempt(shard, live.state.key, FIRST_RETRY_MS, () => this.carry(live.state, effect), effect);
  }

  private attempt(
    shard: Shard,
    key: ExecutionKey,
    retryMs: number,
    carry: () => Promise<void>,
    effect: DeliverableEffect,
  ): void {
    carry().catch((error: unknown) => {
      if (shard.isUseless) return;
      const code = error instanceof ServiceError ? error.code : undefined;
      // The run itself has been deleted, and what it owed with it.
      if (code === 'NOT_FOUND') return;
      if (code !== 'UNAVAILABLE') {
        const { log } = this.ports;
        log.error('Could not carry an effect to another execution; trying again', {
          effect: effect.kind,
          ...key,
          error,
        });
      }
      const { clock } = this.ports;
      clock.callAt(clock.nowMs() + retryMs, () => {
        if (shard.isUseless) return;
        // The run may have left memory meanwhile.
        const again = async (): Promise<void> => this.carry(await shard.read(key, (live) => live.state), effect);
        this.attempt(shard, key, Math.min(retryMs * 2, MAX_RETRY_MS), again, effect);
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
      case 'nexusStart':
      case 'nexusCancel':
      case 'callback':
        await this.ports.nexus.carry(state, effect);
        return;
      default:
        effect satisfies never;
    }
  }

  private async startChild(parent: ExecutionState, child: ChildState): Promise<void> {
    const host = this.ports.host();
    const { key } = parent;
    const { initiatedEventId } = child;
    const { namespaceId } = childStartRequest(parent, child);
    const failed = (cause: enums.StartChildWorkflowExecutionFailedCause) =>
      host.execute(key, (live, context) => recordChildStartFailed(live.state, initiatedEventId, cause, context));
    if (!this.ports.namespaceExists(namespaceId)) {
      await failed(FailedCause.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND);
      return;
    }
    try {
      const runId = await this.openChild(parent, child);
      if (runId === undefined) return;
      await host.execute(key, (live, context) => recordChildStarted(live.state, initiatedEventId, runId, context));
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'ALREADY_EXISTS') throw error;
      await failed(FailedCause.START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
    }
  }

  /**
   * Starts the child, and if it belongs to the same shard tells the parent in the same commit, so that the parent
   * cannot close in between. Answers its first run; `undefined` if the parent has closed and would take it along.
   */
  private async openChild(parent: ExecutionState, child: ChildState): Promise<string | undefined> {
    const host = this.ports.host();
    const { namespace, key, started } = parent;
    const { initiatedEventId } = child;
    const { request, namespaceId } = childStartRequest(parent, child);
    const execution = { namespace, namespaceId: key.namespaceId, workflowId: key.workflowId, runId: key.runId };
    const root = started.rootWorkflowExecution ?? { workflowId: key.workflowId, runId: key.runId };
    const target = { namespaceId, workflowId: request.workflowId ?? '', runId: '' };
    const shard = host.shardFor(target);
    const { result } = await shard.start<string | undefined>(target, (current, context) => {
      // An earlier attempt may have started it; it may even be further down its chain of runs.
      if (current !== undefined && isThisChild(current.state, parent, initiatedEventId))
        return { transitions: [], result: current.state.chain.firstRunId };
      const neighbour = shard.cache.find(key)?.state;
      if (neighbour !== undefined && isClosed(neighbour) && !isAbandoned(child))
        return { transitions: [], result: undefined };
      const input = { request, namespaceId, parent: { execution, initiatedEventId, root } };
      const opened = startExecution(current?.state, input, context);
      if (opened.rejected) return opened;
      const { runId } = opened.result;
      const touchesParent = opened.transitions.some((transition) => transition.key.runId === key.runId);
      const told =
        neighbour === undefined || touchesParent
          ? undefined
          : recordChildStarted(neighbour, initiatedEventId, runId, context);
      const news = told === undefined || told.rejected ? [] : told.transitions;
      return { transitions: [...opened.transitions, ...news], result: runId };
    });
    return result;
  }

  private async request(sender: ExecutionState, request: ExternalRequestState): Promise<void> {
    const { initiatedEventId } = request;
    const outcome = await this.requestOutcome(sender, request);
    await this.ports
      .host()
      .execute(sender.key, (live, context) => recordExternalOutcome(live.state, initiatedEventId, outcome, context));
  }

  private async requestOutcome(from: ExecutionState, request: ExternalRequestState): Promise<ExternalOutcome> {
    const { target, initiatedEventId } = request;
    if (!this.ports.namespaceExists(target.namespaceId)) return 'namespaceNotFound';
    // As Temporal has it: an execution is not external to itself.
    if (isSameExecution(target, from.key)) return 'executionNotFound';
    const sender = { ...referenceTo(from), initiatedEventId };
    const requestId = outgoingRequestId(from, initiatedEventId);
    try {
      await this.ports.host().execute(target, (live, context) => {
        if (request.childWorkflowOnly && !isChildOf(live.state, from))
          throw new ServiceError('NOT_FOUND', 'not a child of the sender');
        const asked = { identity: IDENTITY, requestId, sender };
        if (request.kind === 'cancel') return requestCancel(live.state, { ...asked, reason: request.reason }, context);
        const signal = request.signal ?? { name: '', input: undefined, header: undefined };
        return signalExecution(live.state, { ...asked, ...signal }, context);
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
    const { workflowId, runId } = key;
    const initiatedEventId = started.parentInitiatedEventId ?? 0;
    const close = { initiatedEventId, workflowId, runId, firstRunId: chain.firstRunId, closeEvent };
    const target = {
      namespaceId: started.parentWorkflowNamespaceId ?? '',
      workflowId: parent.workflowId ?? '',
      runId: parent.runId ?? '',
    };
    const host = this.ports.host();
    // A parent that was reset has left its children to the run that took its place.
    for (let toRunId: string | undefined = target.runId; toRunId !== undefined;) {
      const runId: string = toRunId;
      toRunId = undefined;
      await ignoringNotFound(
        host.execute({ ...target, runId }, (live, context) => {
          toRunId = live.state.resetRunId || undefined;
          return recordChildClosed(live.state, close, context);
        }),
      );
    }
    await host.execute(key, (live, context) => recordParentNotified(live.state, context));
  }

  private async applyParentClosePolicy(parent: ExecutionState, duty: ParentCloseDuty): Promise<void> {
    const { child, policy, initiatedEventId } = duty;
    const { namespaceId, workflowId } = child;
    const host = this.ports.host();
    await ignoringNotFound(
      host.execute({ namespaceId, workflowId, runId: '' }, (live, context) => {
        if (!isChildOf(live.state, parent))
          throw new ServiceError('NOT_FOUND', 'the child has been replaced by another execution');
        const asked = { reason: 'by parent close policy', identity: IDENTITY };
        if (policy !== ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
          return terminateExecution(live.state, { ...asked, details: undefined }, context);
        const sender = { ...referenceTo(parent), initiatedEventId };
        return requestCancel(live.state, { ...asked, requestId: '', sender }, context);
      }),
    );
    await host.execute(parent.key, (live, context) => recordParentCloseDutyDone(live.state, initiatedEventId, context));
  }
}

function referenceTo({ namespace, key }: ExecutionState): ExecutionReference {
  return { namespace, namespaceId: key.namespaceId, workflowId: key.workflowId, runId: key.runId };
}

function isAbandoned({ attributes }: ChildState): boolean {
  return attributes.parentClosePolicy === ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON;
}

function isThisChild(state: ExecutionState, parent: ExecutionState, initiatedEventId: number): boolean {
  return isChildOf(state, parent) && state.started.parentInitiatedEventId === initiatedEventId;
}

/** A run made by a reset has the children of the run it took the place of, which name that one. */
function isChildOf(state: ExecutionState, parent: ExecutionState): boolean {
  const recorded = state.started.parentWorkflowExecution;
  if (recorded?.workflowId !== parent.key.workflowId) return false;
  return recorded.runId === parent.key.runId || recorded.runId === parent.chain.originalRunId;
}

function isSameExecution(target: RunTarget, { namespaceId, workflowId, runId }: ExecutionKey): boolean {
  if (target.namespaceId !== namespaceId || target.workflowId !== workflowId) return false;
  return target.runId === '' || target.runId === runId;
}

async function ignoringNotFound(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'NOT_FOUND') throw error;
  }
}
