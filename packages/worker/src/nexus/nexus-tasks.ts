import { CancelledFailure, optionalTsToMs } from '@perdure/common';
import type { Clock } from '../clock.js';
import type { NexusMetrics } from '../telemetry/index.js';
import type { NexusAnswers } from './nexus-answers.js';
import { deadlineOf, operationContext, type NexusTask } from './operation-context.js';
import { OperationExecution, type OperationGround } from './operation-execution.js';
import type { OperationOutcome } from './operation-outcome.js';

/** What Nexus tasks are run with. */
export interface NexusTasksOptions {
  readonly ground: OperationGround;
  readonly answers: NexusAnswers;
  readonly clock: Clock;
  readonly metrics: NexusMetrics;
}

/** What ends a task that runs. */
interface Ending {
  /** Asks the handler to stop. */
  readonly handling: AbortController;
  /** Ends the trying to be heard: nobody waits for the answer any more. */
  readonly answering: AbortController;
}

/** Runs Nexus tasks and answers them; knows all that are running. */
export class NexusTasks {
  private readonly running = new Map<Ending, Promise<void>>();
  private isStopping = false;

  constructor(private readonly options: NexusTasksOptions) {}

  /** Runs one task and answers it. Never rejects. */
  async run(task: NexusTask): Promise<void> {
    const ending: Ending = { handling: new AbortController(), answering: new AbortController() };
    if (this.isStopping) stop(ending);
    const done = this.runToAnswer(task, ending);
    this.running.set(ending, done);
    await done;
    this.running.delete(ending);
  }

  /** Asks all that run, and all that are still to start, to stop, since the worker does. */
  cancelAll(): void {
    this.isStopping = true;
    for (const ending of this.running.keys()) stop(ending);
  }

  /** Stops trying to be heard by the server. */
  giveUp(): void {
    for (const { answering } of this.running.keys()) answering.abort();
  }

  /** Resolves when none is running and all are answered. */
  async drained(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private async runToAnswer(task: NexusTask, { handling, answering }: Ending): Promise<void> {
    const { ground, answers, clock, metrics } = this.options;
    const receivedAtMs = clock.nowMs();
    const scheduledAtMs = optionalTsToMs(task.request?.scheduledTime) ?? receivedAtMs;
    metrics.nexusTaskScheduleToStart(receivedAtMs - scheduledAtMs);
    const deadlineMs = deadlineOf(task, receivedAtMs);
    const forgetDeadline = this.atDeadline(deadlineMs, () => {
      metrics.nexusTaskFailed('timeout');
      handling.abort(new CancelledFailure('TIMED_OUT'));
      answering.abort();
    });
    const context = operationContext(task, handling.signal, deadlineMs);
    const execution = new OperationExecution(ground, task, context, () => this.isStopping);
    const outcome = await execution.run();
    const endedAtMs = clock.nowMs();
    metrics.nexusTaskEnded(endedAtMs - receivedAtMs, endedAtMs - scheduledAtMs);
    // Once time has run out the server has told the caller so, and takes no answer.
    if (!answering.signal.aborted) {
      const failureReason = failureReasonOf(outcome);
      if (failureReason !== undefined) metrics.nexusTaskFailed(failureReason);
      await answers.answer(task, outcome, answering.signal);
    }
    forgetDeadline();
  }

  private atDeadline(deadlineMs: number | undefined, run: () => void): () => void {
    const { clock } = this.options;
    return deadlineMs === undefined ? () => undefined : clock.schedule(deadlineMs - clock.nowMs(), run);
  }
}

function stop({ handling }: Ending): void {
  handling.abort(new CancelledFailure('WORKER_SHUTDOWN'));
}

function failureReasonOf(outcome: OperationOutcome): string | undefined {
  switch (outcome.status) {
    case 'completed':
      return undefined;
    case 'operation-failed':
      return `operation_${outcome.state}`;
    case 'handler-failed':
      return `handler_error_${outcome.errorType}`;
  }
}
