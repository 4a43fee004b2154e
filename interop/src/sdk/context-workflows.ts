import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  proxyActivities,
  proxyLocalActivities,
  condition,
  makeContinueAsNewFunc,
  setHandler,
  sleep,
  startChild,
  upsertMemo,
  workflowInfo,
} from '@perdure/workflow';

interface Activities {
  echo(value: string): Promise<string>;
  fail(value: string): Promise<void>;
}

const options = { startToCloseTimeout: '10s', retry: { maximumAttempts: 1 } } as const;
const { echo, fail } = proxyActivities<Activities>({ ...options, summary: 'summary of activity' });
const named = proxyActivities<Activities>({ ...options, activityId: 'named' });
const local = proxyLocalActivities<Activities>({ ...options, summary: 'summary of local activity' });

const note = defineSignal<[string]>('note');
const ask = defineQuery<string, [string]>('ask');
const change = defineUpdate<string, [string]>('change');

/** Sends and receives payloads of every kind. */
export async function contexts(_input: string): Promise<string> {
  let changed = false;
  setHandler(ask, (value) => `answer to ${value}`);
  setHandler(change, (value) => {
    changed = true;
    return `changed ${value}`;
  });
  await condition(() => changed);
  const { workflowId } = workflowInfo();
  upsertMemo({ upserted: 'upserted memo' });
  await sleep(1, { summary: 'summary of timer' });
  await echo('to activity');
  await named.echo('to named activity');
  await local.echo('to local activity');
  await fail('to failing activity').catch(() => undefined);
  await local.fail('to failing local activity').catch(() => undefined);
  const child = await startChild(listening, {
    workflowId: `${workflowId}-child`,
    args: ['to child'],
    memo: { ofChild: 'memo of child' },
    staticSummary: 'summary of child',
  });
  await child.signal(note, 'to child by handle');
  await child.result();
  await executeChild(failing, { workflowId: `${workflowId}-failing`, args: ['to failing child'] }).catch(
    () => undefined,
  );
  await getExternalWorkflowHandle(`${workflowId}-nobody`)
    .signal(note, 'to nobody')
    .catch(() => undefined);
  return await makeContinueAsNewFunc<typeof next>({ workflowType: 'next' })('to next run');
}

/** The run after that, under the same type. */
export async function next(value: string): Promise<string> {
  return `result of ${value}`;
}

/** Waits for a note. */
export async function listening(value: string): Promise<string> {
  let noted = '';
  setHandler(note, (text) => {
    noted = text;
  });
  await condition(() => noted !== '');
  return `child result of ${value}`;
}

/** Fails with details. */
export async function failing(value: string): Promise<void> {
  throw ApplicationFailure.nonRetryable('no', 'No', `details of ${value}`);
}
