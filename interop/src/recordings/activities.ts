import { activityInfo, ApplicationFailure, Context, heartbeat } from '@temporalio/activity';

/** Gives back what it was given. */
export async function echo(value: string): Promise<string> {
  return value;
}

/** Has no result. */
export async function nothing(): Promise<void> {
  // An activity without a result leaves none in the history, which is what is recorded.
}

/** Fails until its third attempt. */
export async function failTwice(): Promise<string> {
  const { attempt } = activityInfo();
  if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
  return `attempt ${attempt} succeeds`;
}

/** Fails in a way that is not tried again. */
export async function failForGood(): Promise<never> {
  throw ApplicationFailure.create({
    message: 'for good',
    type: 'ForGood',
    nonRetryable: true,
    details: ['a detail', 2],
    cause: new Error('the root of it'),
  });
}

/** Fails at every attempt. */
export async function failAlways(): Promise<never> {
  throw new Error('always');
}

/** Heartbeats until it is cancelled. */
export async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beating = setInterval(() => heartbeat('beat'), 50);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beating);
  }
}

/** Runs until it is cancelled, then ends well all the same. */
export async function untilCancelledThenDone(): Promise<string> {
  await untilCancelled().catch(() => undefined);
  return 'done all the same';
}

/** Says nothing until its time is up. */
export async function silence(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
