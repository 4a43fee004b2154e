import * as wf from '@temporalio/workflow';

/** `patches` some versions later: one patch deprecated, markers of others gone from the code, a new one that old runs lack. */
export async function patches(): Promise<unknown[]> {
  const seen: unknown[] = [wf.patched('new') ? 'new' : 'old', wf.patched('kept')];
  wf.deprecatePatch('later-deprecated');
  await wf.sleep(1);
  wf.deprecatePatch('in-the-middle');
  await wf.sleep(1);
  seen.push(wf.patched('kept'));
  await wf.sleep(1);
  return seen;
}

/** After the patch: old runs go the old way. */
export async function unpatched(): Promise<string> {
  if (wf.patched('quicker')) return 'new';
  await wf.sleep(1);
  wf.deprecatePatch('was-never-there');
  await wf.sleep(2);
  return 'old';
}
