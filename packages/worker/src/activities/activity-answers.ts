import type { Logger, Payload } from '@perdure/common';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import { type common, type deployment, services, type workflowservice } from '@perdure/protocol';
import type { Clock } from '../clock.js';
import { callAgain } from '../polling/index.js';
import type { ActivityOutcome } from './activity-outcome.js';

type ActivityTask = workflowservice.PollActivityTaskQueueResponse;
const { methods } = services.WorkflowService;

/** How long the server may take to hear an answer before it is sent again. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Who a worker says it is. */
export interface WorkerStamp {
  readonly identity: string;
  readonly deploymentOptions?: deployment.IWorkerDeploymentOptions | undefined;
  readonly workerVersion?: common.IWorkerVersionStamp | undefined;
}

/** What the answers go through. */
export interface ActivityAnswersOptions {
  readonly transport: RpcTransport;
  readonly namespace: string;
  readonly stamp: WorkerStamp;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the trying to be heard. */
  readonly giveUp: AbortSignal;
}

/** Tells the server how activities fare. */
export class ActivityAnswers {
  constructor(private readonly options: ActivityAnswersOptions) {}

  /** Tells how a task ended, until the server has heard it, and calls back then. What cannot be said is logged. */
  answer(task: ActivityTask, outcome: ActivityOutcome, unsentDetails: Payload | undefined, onHeard: () => void): void {
    this.send(task, outcome, unsentDetails).then(
      onHeard,
      (error: unknown) =>
        void this.answerAgain(task, () => this.send(task, outcome, unsentDetails), error).then(onHeard),
    );
  }

  private answerAgain(task: ActivityTask, send: () => Promise<unknown>, firstError: unknown): Promise<unknown> {
    const { clock, logger, giveUp } = this.options;
    const what = `The answer of activity ${task.activityType?.name ?? ''} (${task.activityId})`;
    return callAgain(what, send, { clock, logger, signal: giveUp }, firstError).catch((error: unknown) => {
      const workflowId = task.workflowExecution?.workflowId;
      const isGone = error instanceof GrpcServiceError && error.code === GrpcStatus.NOT_FOUND;
      const reason = isGone ? 'it timed out, or its workflow has closed' : 'the server refused it';
      logger.warn(`${what} was not taken: ${reason}`, { error, workflowId });
    });
  }

  /** Tells that a task is alive. Rejects with `GrpcServiceError`; NOT_FOUND if the server has given it up. */
  heartbeat(task: ActivityTask, details: Payload): Promise<workflowservice.RecordActivityTaskHeartbeatResponse> {
    const { transport, namespace, stamp } = this.options;
    const { identity } = stamp;
    const request = { taskToken: task.taskToken, namespace, identity, details: { payloads: [details] } };
    return callMethod(transport, methods.RecordActivityTaskHeartbeat, request, { timeoutMs: ANSWER_TIMEOUT_MS });
  }

  private send(task: ActivityTask, outcome: ActivityOutcome, unsentDetails: Payload | undefined): Promise<unknown> {
    const { transport, namespace, stamp } = this.options;
    const base = { taskToken: task.taskToken, namespace, ...stamp };
    const options = { timeoutMs: ANSWER_TIMEOUT_MS };
    switch (outcome.status) {
      case 'completed': {
        // What is added comes first: V8 makes a hidden class for each copy to which fields are added.
        const request = { result: { payloads: [outcome.result] }, ...base };
        return callMethod(transport, methods.RespondActivityTaskCompleted, request, options);
      }
      case 'failed': {
        const lastHeartbeatDetails = unsentDetails === undefined ? undefined : { payloads: [unsentDetails] };
        const request = { ...base, failure: outcome.failure, lastHeartbeatDetails };
        return callMethod(transport, methods.RespondActivityTaskFailed, request, options);
      }
      case 'cancelled': {
        const request = { ...base, details: outcome.failure.canceledFailureInfo?.details };
        return callMethod(transport, methods.RespondActivityTaskCanceled, request, options);
      }
      case 'async':
        return unsentDetails === undefined ? Promise.resolve() : this.heartbeat(task, unsentDetails);
    }
  }
}
