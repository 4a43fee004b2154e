import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  setHandler,
} from '@perdure/workflow';

/** Waits for approval; can be asked, told and updated meanwhile. */
export async function order(item: string): Promise<string> {
  const items = [item];
  let approvedBy: string | undefined;
  setHandler(defineQuery<string[]>('items'), () => items, { description: 'what was ordered' });
  setHandler(defineSignal<[{ by: string }]>('approve'), ({ by }) => void (approvedBy = by));
  setHandler(
    defineUpdate<number, [string]>('addItem'),
    (added) => {
      items.push(added);
      return items.length;
    },
    {
      validator: (added) => {
        if (added === '') throw new Error('an item has a name');
      },
    },
  );
  setHandler(defineUpdate<string>('waitForApproval'), async () => {
    await condition(() => approvedBy !== undefined);
    return `approved by ${approvedBy}`;
  });
  await condition(() => approvedBy !== undefined);
  return `${items.join(', ')} for ${approvedBy}`;
}

const { charge } = proxyActivities<{ charge(amount: number): Promise<string> }>({ startToCloseTimeout: '1 minute' });
const { byHand } = proxyActivities<{ byHand(): Promise<string> }>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 1 },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/** An activity, and a child that has one too. */
export async function parent(): Promise<string> {
  const paid = await charge(5);
  const shipped = await executeChild(child, { workflowId: 'trace-child', args: [] });
  return `${paid}, ${shipped}`;
}

/** The child of `parent`. */
export async function child(): Promise<string> {
  return `shipped, ${await charge(2)}`;
}

/** Its only activity is completed from outside. */
export async function manual(): Promise<string> {
  return byHand();
}

/** Goes on as a new run until it has counted down. */
export async function countdown(from: number): Promise<string> {
  if (from > 0) await continueAsNew<typeof countdown>(from - 1);
  return 'done';
}

/** Fails. */
export async function broken(): Promise<void> {
  throw ApplicationFailure.create({ message: 'it is broken', cause: new Error('a pipe burst') });
}

/** The one of the tour and of the examples: waits for a signal. */
export async function MyWorkflow(input: number): Promise<number> {
  let answer: number | undefined;
  const items: unknown[] = [];
  setHandler(defineQuery<string>('status'), () => (answer === undefined ? 'waiting' : 'done'));
  setHandler(defineQuery<string>('getStatus'), () => (answer === undefined ? 'waiting' : 'done'));
  setHandler(defineSignal<[number]>('answer'), (given) => void (answer = given));
  setHandler(defineSignal('approve'), () => void (answer = 0));
  setHandler(defineUpdate<number, [unknown]>('addItem'), (item) => items.push(item));
  await condition(() => answer !== undefined);
  return input + (answer ?? 0);
}

/** The other one of the examples: takes items until it is cancelled. */
export async function Cart(): Promise<void> {
  const items: unknown[] = [];
  setHandler(defineSignal<[unknown]>('addItem'), (item) => void items.push(item));
  setHandler(defineUpdate<number, [unknown]>('addItem'), (item) => items.push(item));
  await condition(() => false);
}
