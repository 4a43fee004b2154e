import { setTimeout as delay } from 'node:timers/promises';
import { CompleteAsyncError, Context, activityInfo, sleep } from '@temporalio/activity';

/** Task tokens of activities that wait to be completed by somebody else, by workflow id. */
export const openTaskTokens = new Map<string, Uint8Array>();

/** Fails at the first two attempts, then returns the number of the attempt. */
export async function failTwice(): Promise<number> {
  const { attempt } = activityInfo();
  if (attempt <= 2) throw new Error(`attempt ${attempt} failed`);
  return attempt;
}

/** Greets. */
export async function greet(name: string): Promise<string> {
  return `hello ${name}`;
}

/** Greets after a while. */
export async function greetSlowly(name: string, ms: number): Promise<string> {
  await delay(ms);
  return `hello ${name}`;
}

/** Heartbeats until it is cancelled. */
export async function waitForCancellation(): Promise<void> {
  for (;;) {
    Context.current().heartbeat();
    await sleep(100);
  }
}

/** Leaves its completion to somebody else. */
export async function completedElsewhere(): Promise<string> {
  const { taskToken, workflowExecution } = activityInfo();
  openTaskTokens.set(workflowExecution?.workflowId ?? '', taskToken);
  throw new CompleteAsyncError();
}
