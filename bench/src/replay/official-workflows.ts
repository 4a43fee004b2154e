import { sleep } from '@temporalio/workflow';

/** Sleeps again and again. */
export async function sleeps(): Promise<never> {
  for (;;) await sleep(1000);
}
