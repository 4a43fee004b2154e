import * as wf from '@temporalio/workflow';

/** Continues as new until `rounds` is 0. */
export async function chain(rounds: number): Promise<unknown> {
  wf.upsertMemo({ rounds });
  await wf.sleep(1);
  if (rounds === 0) return [wf.uuid4(), wf.workflowInfo().memo];
  if (rounds === 1) return await wf.continueAsNew<typeof chain>(rounds - 1);
  return await wf.makeContinueAsNewFunc<typeof chain>({ memo: { handed: 'on' }, workflowRunTimeout: '1 minute' })(
    rounds - 1,
  );
}

/** A run of a cron schedule: gives back what the run before gave, and one more. */
export async function cron(): Promise<number> {
  await wf.sleep(1);
  return ((wf.workflowInfo().lastResult as number | undefined) ?? 0) + 1;
}

/** Fails at its first attempt. */
export async function retried(): Promise<number> {
  await wf.sleep(1);
  const { attempt } = wf.workflowInfo();
  if (attempt === 1) throw new wf.ApplicationFailure('the first attempt fails');
  return attempt;
}

/** Draws numbers before and after the point to which it is reset. */
export async function drawing(): Promise<unknown[]> {
  const drawn: unknown[] = [wf.uuid4(), Math.random()];
  await wf.sleep(1);
  drawn.push(wf.uuid4(), Math.random());
  await wf.sleep(2);
  drawn.push(wf.uuid4(), Math.random());
  return drawn;
}

/** Its workflow task fails until it is repaired. */
export async function brokenAtFirst(): Promise<string> {
  let isRepaired = false;
  wf.setHandler(wf.defineSignal('repair'), () => {
    isRepaired = true;
  });
  await wf.sleep(1);
  if (!isRepaired) throw new Error('not repaired yet');
  await wf.sleep(1);
  return 'repaired';
}

/** Search attributes and memo. */
export async function attributes(): Promise<unknown> {
  wf.upsertSearchAttributes({ RecordedKeyword: ['first'] });
  wf.upsertMemo({ note: 'first', gone: 1 });
  await wf.sleep(1);
  wf.upsertSearchAttributes({ RecordedKeyword: ['second'], RecordedInt: [3] });
  wf.upsertMemo({ note: 'second', gone: null });
  return wf.workflowInfo().memo ?? {};
}
