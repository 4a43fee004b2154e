import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import type { Logger } from '@perdure/common';
import { services } from '@perdure/protocol';
import type { Clock } from '../clock.js';
import { callPersistently } from '../polling/index.js';
import type { NexusTask } from './operation-context.js';
import type { OperationOutcome } from './operation-outcome.js';

const { methods } = services.WorkflowService;

/** How long the server may take to hear an answer before it is sent again. */
const ANSWER_TIMEOUT_MS = 10_000;

/** What the answers go through. */
export interface NexusAnswersOptions {
  readonly transport: RpcTransport;
  readonly namespace: string;
  readonly identity: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells the server what came of operations. */
export class NexusAnswers {
  constructor(private readonly options: NexusAnswersOptions) {}

  /** Answers a task, until the server has heard it or `giveUp` aborts. Never rejects: what cannot be said is logged. */
  async answer(task: NexusTask, outcome: OperationOutcome, giveUp: AbortSignal): Promise<void> {
    const { clock, logger } = this.options;
    const { service, operation } = task.request?.startOperation ?? task.request?.cancelOperation ?? {};
    const what = `The answer of Nexus operation ${operation} of ${service}`;
    try {
      await callPersistently(what, () => this.send(task, outcome), { clock, logger, signal: giveUp });
    } catch (error) {
      const isGone = error instanceof GrpcServiceError && error.code === GrpcStatus.NOT_FOUND;
      const reason = giveUp.aborted || isGone ? 'nobody waits for it any more' : 'the server refused it';
      logger.warn(`${what} was not taken: ${reason}`, { error });
    }
  }

  private send({ taskToken, pollerGroupId }: NexusTask, outcome: OperationOutcome): Promise<unknown> {
    const { transport, namespace, identity } = this.options;
    const base = { namespace, identity, taskToken, pollerGroupId };
    const options = { timeoutMs: ANSWER_TIMEOUT_MS };
    return outcome.status === 'handler-failed'
      ? callMethod(transport, methods.RespondNexusTaskFailed, { ...base, ...outcome.answer }, options)
      : callMethod(transport, methods.RespondNexusTaskCompleted, { ...base, response: outcome.response }, options);
  }
}
