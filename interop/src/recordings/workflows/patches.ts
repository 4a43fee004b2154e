import * as wf from '@temporalio/workflow';

/** As `patches` was when its history began. */
export async function patches(): Promise<unknown[]> {
  const seen: unknown[] = [wf.patched('kept'), wf.patched('later-deprecated'), wf.patched('kept')];
  await wf.sleep(1);
  seen.push(wf.patched('later-deprecated'), wf.patched('in-the-middle'));
  wf.deprecatePatch('later-removed');
  await wf.sleep(1);
  wf.deprecatePatch('later-removed-too');
  seen.push(wf.patched('kept'));
  await wf.sleep(1);
  return seen;
}

/** Before the patch. */
export async function unpatched(): Promise<string> {
  await wf.sleep(1);
  await wf.sleep(2);
  return 'old';
}
