import * as wf from '@perdure/workflow';

/** Returns its argument. */
export async function echo(value: unknown): Promise<unknown> {
  return value;
}

/** Waits on a timer. */
export async function sleeper(ms: number): Promise<string> {
  await wf.sleep(ms);
  return 'slept';
}

/** Counts down, one run a number. */
export async function countdown(from: number): Promise<string> {
  if (from > 0) await wf.continueAsNew<typeof countdown>(from - 1);
  return 'lift-off';
}
