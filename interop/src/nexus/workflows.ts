import {
  ApplicationFailure,
  CancellationScope,
  condition,
  createNexusServiceClient,
  defineQuery,
  defineSignal,
  isCancellation,
  type NexusOperationCancellationType,
  setHandler,
  sleep,
} from '@perdure/workflow';
import { Amount, shop } from './shop-service.js';

type Failing = 'handler' | 'final' | 'operation' | 'cancelled' | 'once';

const shopAt = (endpoint: string) => createNexusServiceClient({ endpoint, service: shop });

/** What an error is, and what led to it. */
function described(error: unknown): unknown {
  if (!(error instanceof Error)) return error ?? null;
  const { name, message, cause } = error;
  const { type, nonRetryable, service, operation } = error as unknown as Record<string, unknown>;
  return { name, message, type, nonRetryable, service, operation, cause: described(cause) };
}

/** Operations that answer at once. */
export async function greeting(endpoint: string): Promise<unknown> {
  const client = shopAt(endpoint);
  const handle = await client.startOperation('greet', 'you', { summary: 'a greeting' });
  const doubled = await client.executeOperation(shop.operations.double, new Amount(21), {
    scheduleToCloseTimeout: '10s',
  });
  return [await handle.result(), handle.service, handle.operation, handle.token ?? 'no token', doubled.cents];
}

/** An operation that fails. */
export async function failing(endpoint: string, how: Failing): Promise<unknown> {
  return await shopAt(endpoint).executeOperation('fail', how, { scheduleToCloseTimeout: '20s' }).catch(described);
}

/** An operation that nobody answers in time. */
export async function stalling(endpoint: string): Promise<unknown> {
  return await shopAt(endpoint).executeOperation('stall', undefined, { scheduleToCloseTimeout: '2s' }).catch(described);
}

/** An operation behind which a workflow stands. */
export async function ordering(endpoint: string, id: string, ending: 'completed' | 'failed'): Promise<unknown> {
  const handle = await shopAt(endpoint).startOperation('order', { id, ending });
  const result = await handle.result().catch(described);
  return [result, handle.token !== undefined && handle.token !== ''];
}

/** Cancels an operation once it runs, and tells what it heard, and whether that was before the operation ended. */
export async function cancelling(
  endpoint: string,
  id: string,
  cancellationType: NexusOperationCancellationType,
): Promise<unknown> {
  return await CancellationScope.cancellable(async () => {
    const handle = await shopAt(endpoint).startOperation('order', { id, ending: 'waiting' }, { cancellationType });
    CancellationScope.current().cancel();
    return await handle.result().catch((error: unknown) => [isCancellation(error), described(error)]);
  });
}

/** Cancels an operation before its command has left. */
export async function cancelledBefore(endpoint: string, id: string): Promise<unknown> {
  return await CancellationScope.cancellable(async () => {
    const started = shopAt(endpoint).startOperation('order', { id, ending: 'waiting' });
    CancellationScope.current().cancel();
    return await started.catch((error: unknown) => [isCancellation(error), described(error)]);
  });
}

/** Calls what is not there. */
export async function strangers(endpoint: string): Promise<unknown> {
  return await createNexusServiceClient({ endpoint, service: { ...shop, name: 'nobody' } })
    .executeOperation('greet', 'you', { scheduleToCloseTimeout: '20s' })
    .catch(described);
}

export const note = defineSignal<[string]>('note');
export const notes = defineQuery<string[]>('notes');

/** What stands behind an order. */
export async function orderWorkflow(ending: 'completed' | 'failed' | 'waiting'): Promise<string> {
  const noted: string[] = [];
  setHandler(note, (text) => void noted.push(text));
  setHandler(notes, () => noted);
  await sleep(10);
  if (ending === 'failed')
    throw ApplicationFailure.create({ message: 'sold out', type: 'SoldOut', nonRetryable: true });
  if (ending === 'waiting') await condition(() => false);
  return 'delivered';
}
