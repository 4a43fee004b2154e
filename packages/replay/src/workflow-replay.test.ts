import { enums, update } from '@perdure/protocol';
import type { ActivationJob, WorkflowCommand } from '@perdure/common/activation';
import { describe, expect, test } from 'vitest';
import { HistoryScript, run, timer, type Code } from './testing/history-script.js';
import { WorkflowReplay } from './workflow-replay.js';
import type { WorkflowTaskInput } from './workflow-task.js';

const newReplay = () =>
  new WorkflowReplay({ namespace: 'default', runId: 'run', sdk: { name: 'test', version: '1' }, nowMs: () => 5000 });
const begin = (replay: WorkflowReplay, { events }: HistoryScript, rest: Partial<WorkflowTaskInput> = {}) =>
  replay.startWorkflowTask({ events: events.slice(replay.seenEventId), messages: [], ...rest });
const kinds = (jobs: readonly ActivationJob[]) => jobs.map(({ kind }) => kind);

/** Sleeps twice, then ends. */
const sleeper: Code = ({ jobs }) =>
  jobs.flatMap((job): WorkflowCommand[] => {
    if (job.kind === 'initializeWorkflow') return [timer(1)];
    if (job.kind !== 'fireTimer') return [];
    return job.seq === 1 ? [timer(2)] : [{ kind: 'completeWorkflowExecution' }];
  });

const oneSleep = () => HistoryScript.started().task().completed().timerStarted('1').timerFired(5).task();

describe('a workflow task', () => {
  test('is replayed up to where its answer is missing, and then lived', () => {
    const replay = newReplay();
    begin(replay, oneSleep());
    const activations = run(replay, sleeper);
    expect(activations.map(({ isReplaying, timestampMs, historyLength, jobs }) => [isReplaying, timestampMs, historyLength, kinds(jobs)])).toEqual([
      [true, 3000, 3, ['initializeWorkflow']],
      [false, 8000, 8, ['fireTimer']],
    ]); // prettier-ignore
    expect(replay.answer()).toMatchObject({
      commands: [{ startTimerCommandAttributes: { timerId: '2' } }],
      isClosing: false,
    });
  });

  test('tells the time in whole milliseconds, whatever the server has recorded', () => {
    const replay = newReplay();
    const events = oneSleep().events.map((event) => ({
      ...event,
      eventTime: { seconds: event.eventTime?.seconds ?? 0, nanos: 123_456_789 },
    }));
    replay.startWorkflowTask({ events, messages: [] });
    const [first, second] = run(replay, sleeper);
    expect([first?.timestampMs, second?.timestampMs]).toEqual([3123, 8123]);
    expect(first?.jobs).toMatchObject([{ startTimeMs: 1123 }]);
  });

  test('goes on where the one before it ended, and not elsewhere', () => {
    const replay = newReplay();
    const script = oneSleep();
    begin(replay, script);
    run(replay, sleeper);
    replay.answer();
    script.completed().timerStarted('2').signaled('note').timerFired(10).task();
    expect(() => replay.startWorkflowTask({ events: script.events.slice(9), messages: [] })).toThrow(
      /before event 9 only/,
    );
    begin(replay, script);
    const activations = run(replay, sleeper);
    expect(activations.map(({ jobs }) => kinds(jobs))).toEqual([['signalWorkflow', 'fireTimer']]);
    expect(replay.answer()).toMatchObject({ isClosing: true });
  });

  test('needs the history from its beginning', () => {
    const { events } = oneSleep();
    expect(() => newReplay().startWorkflowTask({ events: events.slice(3), messages: [] })).toThrow(
      /goes on at event 4/,
    );
    expect(() => newReplay().startWorkflowTask({ events: [], messages: [] })).toThrow(/replay its whole history/);
  });

  test('that failed or timed out is passed over; one that was reset changes the random numbers', () => {
    const replay = newReplay();
    const cause = enums.WorkflowTaskFailedCause;
    const failed = (reason: number, newRunId = '') => ({
      workflowTaskFailedEventAttributes: { cause: reason as 1, newRunId },
    });
    const script = HistoryScript.started()
      .task()
      .add('WORKFLOW_TASK_FAILED', failed(1))
      .task()
      .add('WORKFLOW_TASK_TIMED_OUT');
    script
      .task()
      .add('WORKFLOW_TASK_FAILED', failed(cause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW, 'new-run'))
      .task();
    begin(replay, script);
    expect(run(replay, sleeper).map(({ jobs }) => kinds(jobs))).toEqual([['initializeWorkflow', 'updateRandomSeed']]);
  });

  test('that the server discarded leaves its flags to be recorded by the next one', () => {
    const replay = newReplay();
    const script = HistoryScript.started().task().completed().timerStarted('1');
    const taskThatChangesNothing = () => {
      begin(replay, script, { queries: { q: { queryType: 'state' } } });
      run(replay, sleeper, [1]);
      return replay.answer();
    };
    script.task();
    expect(taskThatChangesNothing()).toMatchObject({ sdkMetadata: { langUsedFlags: [1] } });
    replay.discardWorkflowTask(5);
    script.events.length = 5;
    script.signaled('note').task();
    begin(replay, script);
    run(replay, () => []);
    expect(replay.answer()).toMatchObject({ sdkMetadata: { langUsedFlags: [1] } });
  });
});

describe('what workflow code does at its end', () => {
  const end: WorkflowCommand = { kind: 'completeWorkflowExecution' };
  const commandsOf = (code: Code) => {
    const replay = newReplay();
    begin(replay, HistoryScript.started().task());
    run(replay, code);
    const answer = replay.answer();
    return answer.kind === 'completed' ? answer.commands.map(({ commandType }) => commandType) : [];
  };
  const { COMMAND_TYPE_START_TIMER, COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION } = enums.CommandType;

  test('comes before the end', () => {
    expect(commandsOf(() => [end, timer(1), end])).toEqual([
      COMMAND_TYPE_START_TIMER,
      COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
    ]);
  });

  test('was dropped by old runs, and is on their replay', () => {
    const replay = newReplay();
    begin(replay, HistoryScript.started().task().completed({ sdkMetadata: {} }).add('WORKFLOW_EXECUTION_COMPLETED'));
    run(replay, () => [end, timer(1)]);
    expect(() => replay.assertReplayed()).not.toThrow();
  });
});

describe('queries', () => {
  const answerAll: Code = ({ jobs }) =>
    jobs.flatMap((job) => job.kind === 'queryWorkflow' ? [{ kind: 'respondToQuery', queryId: job.queryId, result: { status: 'succeeded', response: {} } } as const] : []); // prettier-ignore

  test('come last, in an activation of their own, and their answers ride on that of the task', () => {
    const replay = newReplay();
    begin(replay, HistoryScript.started().task(), {
      queries: { q1: { queryType: 'state' }, q2: { queryType: 'other' } },
    });
    const activations = run(replay, answerAll);
    expect(activations.map(({ jobs }) => kinds(jobs))).toEqual([
      ['initializeWorkflow'],
      ['queryWorkflow', 'queryWorkflow'],
    ]);
    expect(Object.keys((replay.answer() as { queryResults: object }).queryResults)).toEqual(['q1', 'q2']);
  });

  test('of a task that holds nothing else are answered by themselves', () => {
    const replay = newReplay();
    begin(replay, HistoryScript.started().task().completed(), { query: { queryType: 'state' } });
    run(replay, answerAll);
    expect(replay.answer()).toMatchObject({ kind: 'legacyQuery', result: { resultType: 1 } });
  });
});

describe('updates', () => {
  const request = { meta: { updateId: 'u1', identity: '' }, input: { name: 'add' } };
  const message = (body: { typeUrl: string; value: Uint8Array }) => ({
    id: 'm1',
    protocolInstanceId: 'p1',
    eventId: 1,
    body,
  });
  const ofRequest = () =>
    message({
      typeUrl: `type.googleapis.com/${update.Request.typeName}`,
      value: update.Request.encode(request).slice(),
    });

  test('are validated in life, and not on replay, where the history says that they were accepted', () => {
    const accept: Code = ({ jobs }) =>
      jobs.flatMap((job) => job.kind === 'doUpdate' ? [{ kind: 'updateResponse', protocolInstanceId: 'p1', response: { status: 'accepted' } } as const] : []); // prettier-ignore
    const validated = (script: HistoryScript, messages: ReturnType<typeof ofRequest>[]) => {
      const replay = newReplay();
      begin(replay, script, { messages: messages });
      const jobs = run(replay, accept).flatMap((activation) => activation.jobs);
      replay.assertReplayed();
      return jobs.flatMap((job) => (job.kind === 'doUpdate' ? [job.runValidator] : []));
    };
    expect(validated(HistoryScript.started().task(), [ofRequest()])).toEqual([true]);
    const accepted = {
      protocolInstanceId: 'p1',
      acceptedRequestMessageId: 'm1',
      acceptedRequestSequencingEventId: 1,
      acceptedRequest: request,
    };
    const script = HistoryScript.started().task().completed();
    script.add('WORKFLOW_EXECUTION_UPDATE_ACCEPTED', { workflowExecutionUpdateAcceptedEventAttributes: accepted });
    expect(validated(script, [])).toEqual([false]);
  });

  test('in a message of another kind are refused', () => {
    const odd = message({ typeUrl: 'type.googleapis.com/not.Known', value: new Uint8Array() });
    expect(() => begin(newReplay(), HistoryScript.started().task(), { messages: [odd] as never })).toThrow(
      /does not know: .*not\.Known/,
    );
  });
});

describe('a damaged history', () => {
  const replayed =
    (script: HistoryScript, code: Code = sleeper) =>
    () => {
      const replay = newReplay();
      begin(replay, script);
      run(replay, code);
      replay.assertReplayed();
    };

  test('is noticed by a missing event, a second start, and an end of something that never began', () => {
    const script = oneSleep();
    script.events.splice(3, 1);
    expect(replayed(script)).toThrow(/event 5 TimerStarted \(timer 1\): it comes right after event 3/);
    expect(
      replayed(HistoryScript.started().add('WORKFLOW_EXECUTION_STARTED', HistoryScript.started().events[0]).task()),
    ).toThrow(/damaged/);
    expect(replayed(new HistoryScript().task())).toThrow(/begins with the start of its run/);
    expect(replayed(HistoryScript.started().timerFired(77).task())).toThrow(/event 77, which it ends, began nothing/);
  });

  test('does not pass for a whole one because of an event that nobody knows', () => {
    const script = HistoryScript.started();
    script.events.push({
      ...(script.events[0] as never as object),
      eventId: 2,
      eventType: 999,
      workflowExecutionStartedEventAttributes: undefined,
    } as never);
    expect(replayed(script.task())).toThrow(/event 2 Type999|event 2 type 999/i);
    script.events.splice(1, 1, { ...(script.events[1] as never as object), workerMayIgnore: true } as never);
    expect(replayed(script)).not.toThrow();
  });

  test.each([
    ['no data', {}, /its data is not the JSON of a local activity/],
    ['no JSON', { data: 'x' }, /its data is not the JSON/],
    [
      'nonsense',
      { data: '{"seq":"one","attempt":1,"activity_type":"a","complete_time":{"seconds":"soon"}}' },
      /`seq`, `complete_time` cannot be read/,
    ],
  ])('is noticed by the marker of a local activity with %s', (_, { data }: { data?: string }, message) => {
    const details: Record<string, object> =
      data === undefined ? {} : { data: { payloads: [{ data: new TextEncoder().encode(data) }] } };
    const marker = { markerRecordedEventAttributes: { markerName: 'core_local_activity', details } };
    expect(replayed(HistoryScript.started().task().completed().add('MARKER_RECORDED', marker), () => [])).toThrow(
      message,
    );
  });

  test('is noticed by the marker of a patch that names none', () => {
    const marker = { markerRecordedEventAttributes: { markerName: 'core_patch', details: {} } };
    expect(replayed(HistoryScript.started().task().completed().add('MARKER_RECORDED', marker), () => [])).toThrow(
      /which patch/,
    );
  });
});
