import { enums, msToDuration } from '@perdure/protocol';
import {
  leaveStickyQueue,
  recordChildClosed,
  recordChildStarted,
  recordChildStartFailed,
  recordExternalOutcome,
  recordParentCloseDutyDone,
  recordParentNotified,
  resetStickyQueue,
  type ExternalOutcome,
  type WorkflowTaskIdentity,
} from '../execution/index.js';
import { applicationFailure, commands, payload, payloads } from './commands.js';
import { Dice } from './dice.js';
import { updateRequest } from './messages.js';
import { playCallback, playNexus, randomCallbacks } from './nexus-moves.js';
import { randomAnswer, randomFailure, randomRetryPolicy } from './random-commands.js';
import type { Run, World } from './world.js';

const { EventType, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } = enums;

/**
 * Plays one random move after another in a world of a few workflow ids. Each move is a number, which alone decides
 * what is done, so that a failing story can be made shorter by leaving moves out.
 */
export class Player {
  private readonly oldTasks: { readonly runId: string; readonly task: WorkflowTaskIdentity }[] = [];

  constructor(readonly world: World) {}

  play(moves: readonly number[]): void {
    this.start(new Dice(moves.length));
    for (const move of moves) this.move(new Dice(move));
    this.world.checkHistories();
  }

  private move(dice: Dice): void {
    const run = this.pickRun(dice);
    const runId = run.state.key.runId;
    const moves: readonly [number, () => void][] = [
      [0.7, () => this.start(dice)],
      [18, () => this.workflowTask(dice, run)],
      [12, () => this.activity(dice, run)],
      [3, () => this.world.passToNextDue(runId)],
      [5, () => this.world.pass(dice.pick([0, 1, 100, 100, 800, 2_000, dice.chance(0.2) ? 700_000 : 50]))],
      [
        5,
        () =>
          void this.world.signal(
            'signal',
            {
              requestId: dice.pick(['', 'request-1', `request-${dice.below(50)}`]),
              skipGenerateWorkflowTask: dice.chance(0.1),
            },
            runId,
          ),
      ],
      [5, () => void this.world.update(updateRequest(`update-${dice.below(30)}`), runId)],
      [1, () => void this.world.cancel(dice.pick(['', 'cancel-1']), runId)],
      [0.3, () => void this.world.terminate(runId)],
      [8, () => this.child(dice, run)],
      [4, () => this.external(dice, run)],
      [7, () => playNexus(this.world, dice, run)],
      [2, () => playCallback(this.world, dice)],
      [3, () => this.afterClose(dice, run)],
      [1, () => this.reset(dice, run)],
      [2, () => this.sticky(dice, run)],
    ];
    let roll = dice.unit() * moves.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, play] of moves) {
      roll -= weight;
      if (roll < 0) {
        play();
        return;
      }
    }
  }

  /** An open run most of the time. */
  private pickRun(dice: Dice): Run {
    const all = [...this.world.runs.values()];
    const open = all.filter(({ state }) => state.closeEvent === undefined);
    return dice.chance(0.95) && open.length > 0 ? dice.pick(open) : dice.pick(all);
  }

  private start(dice: Dice): void {
    const timeout = () => dice.maybe(0.2, () => msToDuration(dice.pick([500, 5_000, 60_000, 3_600_000])));
    const parent = {
      execution: { namespace: 'default', namespaceId: 'namespace-id', workflowId: 'parent', runId: 'parent-run' },
      initiatedEventId: 5,
      root: { workflowId: 'root', runId: 'root-run' },
    };
    this.world.start(
      {
        workflowId: `workflow-${dice.below(2)}`,
        workflowIdReusePolicy: dice.pick(Object.values(WorkflowIdReusePolicy)),
        workflowIdConflictPolicy: dice.pick(Object.values(WorkflowIdConflictPolicy)),
        onConflictOptions: dice.maybe(0.3, () => ({
          attachRequestId: true,
          attachLinks: true,
          attachCompletionCallbacks: dice.chance(0.5),
        })),
        completionCallbacks: dice.chance(0.3) ? randomCallbacks(dice) : [],
        workflowExecutionTimeout: timeout(),
        workflowRunTimeout: timeout(),
        workflowTaskTimeout: timeout(),
        workflowStartDelay: dice.maybe(0.1, () => msToDuration(3_000)),
        retryPolicy: dice.maybe(0.4, () => randomRetryPolicy(dice) ?? {}),
        cronSchedule: dice.chance(0.1) ? dice.pick(['@every 2s', '* * * * *']) : '',
        input: dice.maybe(0.5, () => payloads('input')),
        memo: dice.maybe(0.3, () => ({ fields: { memo: payload('x'), '7': payload(1) } })),
        searchAttributes: dice.maybe(0.3, () => ({ indexedFields: { Known: payload('x') } })),
      },
      {
        eager: dice.chance(0.2),
        ...(dice.chance(0.2) ? { parent } : {}),
        ...(dice.chance(0.2)
          ? { signal: { name: 'first', input: payloads(1), header: undefined, identity: 'client', requestId: '' } }
          : {}),
      },
    );
  }

  private workflowTask(dice: Dice, run: Run): void {
    const runId = run.state.key.runId;
    if (this.oldTasks.length > 0 && dice.chance(0.05)) {
      const old = dice.pick(this.oldTasks);
      this.world.complete({ commands: [commands.complete()] }, old.task, old.runId);
      return;
    }
    const task = run.state.workflowTask;
    if (task === undefined || task.startedEventId === 0) {
      const taken = this.world.take(runId);
      if (!('rejected' in taken)) this.oldTasks.push({ runId, task: taken });
      return;
    }
    if (dice.chance(0.15)) {
      this.world.fail({ failure: applicationFailure('broken task') }, undefined, runId);
      return;
    }
    const sticky = {
      workerTaskQueue: { name: 'sticky', kind: 2, normalName: 'queue' },
      scheduleToStartTimeout: msToDuration(5_000),
    };
    this.world.complete(
      {
        ...randomAnswer(dice, run.state),
        request: {
          stickyAttributes: dice.maybe(0.5, () => sticky) as never,
          returnNewWorkflowTask: dice.chance(0.3),
          forceCreateNewWorkflowTask: dice.chance(0.1),
          binaryChecksum: dice.pick(['', 'build-1', 'build-2']),
          capabilities: { discardSpeculativeWorkflowTaskWithEvents: dice.chance(0.7) },
        },
      },
      undefined,
      runId,
    );
  }

  private activity(dice: Dice, run: Run): void {
    const runId = run.state.key.runId;
    const scheduledEventId = dice.pickOr(run.state.activities.keys(), dice.below(10));
    if (run.state.activities.size === 0 && dice.chance(0.9)) {
      this.workflowTask(dice, run);
      return;
    }
    const activity = run.state.activities.get(scheduledEventId);
    const present = this.world.activityIdentity(scheduledEventId, runId);
    const identity = dice.chance(0.1) ? { scheduledEventId, attempt: dice.pick([undefined, 0, 1, 2]) } : present;
    if (activity?.phase !== 'started' && dice.chance(0.8)) {
      this.world.startActivity(scheduledEventId, runId);
      return;
    }
    const worker = { identity: 'worker' };
    dice.pick([
      () =>
        this.world.heartbeat(
          scheduledEventId,
          dice.maybe(0.5, () => payloads('progress')),
          runId,
        ),
      () =>
        this.world.closeActivity(
          scheduledEventId,
          { kind: 'completed', result: payloads('result'), ...worker },
          identity,
          runId,
        ),
      () =>
        this.world.closeActivity(
          scheduledEventId,
          { kind: 'failed', failure: randomFailure(dice), ...worker },
          identity,
          runId,
        ),
      () =>
        this.world.closeActivity(
          scheduledEventId,
          { kind: 'canceled', details: undefined, ...worker },
          identity,
          runId,
        ),
    ])();
  }

  private child(dice: Dice, { state }: Run): void {
    const { runId } = state.key;
    const initiatedEventId = dice.pickOr(state.children.keys(), dice.below(10));
    const childRunId = `child-run-${initiatedEventId}`;
    const close = { initiatedEventId, workflowId: 'child', runId: childRunId, firstRunId: childRunId };
    dice.pick([
      () =>
        this.world.decide(runId, (from, context) => recordChildStarted(from, initiatedEventId, childRunId, context)),
      () =>
        this.world.decide(runId, (from, context) => recordChildStarted(from, initiatedEventId, childRunId, context)),
      () => this.world.decide(runId, (from, context) => recordChildStartFailed(from, initiatedEventId, 1, context)),
      () =>
        this.world.decide(runId, (from, context) =>
          recordChildClosed(from, { ...close, closeEvent: randomCloseEvent(dice) }, context),
        ),
    ])();
  }

  private external(dice: Dice, { state }: Run): void {
    const initiatedEventId = dice.pickOr(state.externalRequests.keys(), dice.below(10));
    const outcome = dice.pick<ExternalOutcome>([
      'delivered',
      'delivered',
      'executionNotFound',
      'namespaceNotFound',
      'signalLimitExceeded',
    ]);
    this.world.decide(state.key.runId, (from, context) =>
      recordExternalOutcome(from, initiatedEventId, outcome, context),
    );
  }

  private afterClose(dice: Dice, { state }: Run): void {
    const { runId } = state.key;
    if (state.parentToNotify) this.world.decide(runId, recordParentNotified);
    const duty = dice.pickOr(state.parentCloseDuties, undefined);
    if (duty !== undefined)
      this.world.decide(runId, (from, context) => recordParentCloseDutyDone(from, duty.initiatedEventId, context));
  }

  private reset(dice: Dice, run: Run): void {
    const taskEnds = run.events.filter(
      (event) => event.workflowTaskCompletedEventAttributes != null || event.workflowTaskFailedEventAttributes != null,
    );
    const finish = dice.pickOr(
      taskEnds.map((event) => event.eventId ?? 0),
      dice.below(5),
    );
    this.world.reset(
      finish,
      {
        reappliesSignals: dice.chance(0.8),
        reappliesUpdates: dice.chance(0.8),
        reappliesCancelRequest: dice.chance(0.5),
        reappliesNexus: dice.chance(0.8),
      },
      run.state.key.runId,
    );
  }

  private sticky(dice: Dice, { state }: Run): void {
    const { runId } = state.key;
    const number = state.workflowTask?.number ?? 0;
    if (dice.chance(0.5)) this.world.decide(runId, resetStickyQueue);
    else this.world.decide(runId, (from, context) => leaveStickyQueue(from, number, context));
  }
}

function randomCloseEvent(dice: Dice) {
  return dice.pick([
    {
      eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
      workflowExecutionCompletedEventAttributes: { result: payloads('ok') },
    },
    {
      eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
      workflowExecutionFailedEventAttributes: { failure: applicationFailure('child broke') },
    },
    { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, workflowExecutionCanceledEventAttributes: {} },
    { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, workflowExecutionTimedOutEventAttributes: {} },
    { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, workflowExecutionTerminatedEventAttributes: {} },
  ]);
}
