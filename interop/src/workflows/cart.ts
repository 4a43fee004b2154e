import * as wf from '@perdure/workflow';

/** Puts an item into the cart. */
export const add = wf.defineSignal<[item: string]>('add');
/** Ends the workflow. */
export const checkOut = wf.defineSignal('checkOut');
/** The items so far. */
export const items = wf.defineQuery<string[]>('items');
/** Always throws. */
export const broken = wf.defineQuery<never>('broken');
/** Puts an item into the cart, unless it is empty, and returns how many there are. */
export const put = wf.defineUpdate<number, [item: string]>('put');
/** As `put`, after a timer: it is accepted at once and completed later. */
export const putSlowly = wf.defineUpdate<number, [item: string, ms: number]>('putSlowly');
/** Is accepted and then fails. */
export const putInVain = wf.defineUpdate<never>('putInVain');

/** A workflow that does nothing but answer signals, queries and updates until it is checked out. */
export async function cart(): Promise<string[]> {
  const content: string[] = [];
  let isDone = false;
  wf.setHandler(add, (item) => void content.push(item));
  wf.setHandler(checkOut, () => void (isDone = true));
  wf.setHandler(items, () => content);
  wf.setHandler(broken, () => {
    throw new Error('this query is broken');
  });
  wf.setHandler(put, (item) => content.push(item), { validator: refuseNothing });
  wf.setHandler(putSlowly, async (item, ms) => {
    await wf.sleep(ms);
    return content.push(item);
  });
  wf.setHandler(putInVain, () => {
    throw wf.ApplicationFailure.nonRetryable('out of stock', 'OutOfStock');
  });
  await wf.condition(() => isDone && wf.allHandlersFinished());
  return content;
}

function refuseNothing(item: string): void {
  if (!item) throw new Error('an item needs a name');
}
