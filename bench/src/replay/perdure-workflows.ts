import { sleep } from '@perdure/workflow';

/** Sleeps again and again. */
export async function sleeps(): Promise<never> {
  for (;;) await sleep(1000);
}
