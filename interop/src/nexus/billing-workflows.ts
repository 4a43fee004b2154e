import * as wf from '@perdure/workflow';
import { billing, type FailureKind } from './billing-service.js';

export const paid = wf.defineSignal<[string]>('paid');

/** What an operation came to: its result, or the errors it failed with, outermost first. */
export type Outcome = { readonly result: string } | { readonly errors: readonly string[] };

/** The workflow behind the operation `invoice`. */
export async function invoice(id: string): Promise<string> {
  let how: string | undefined;
  wf.setHandler(paid, (given) => void (how = given));
  await wf.condition(() => how !== undefined);
  if (how === 'broke') throw wf.ApplicationFailure.nonRetryable('no money', 'Purse');
  return `${id} ${how}`;
}

/** Calls one operation of an endpoint. */
export async function caller(
  endpoint: string,
  operation: 'greet' | 'fail' | 'invoice',
  input: string,
  scheduleToCloseTimeout?: string,
): Promise<Outcome> {
  const client = wf.createNexusServiceClient({ endpoint, service: billing });
  const options =
    scheduleToCloseTimeout === undefined ? {} : { scheduleToCloseTimeout: scheduleToCloseTimeout as '1s' };
  try {
    return { result: await client.executeOperation(billing.operations[operation], input as FailureKind, options) };
  } catch (error) {
    return { errors: chain(error) };
  }
}

/** Starts an invoice, and cancels it once it has been started. */
export async function canceller(endpoint: string, id: string): Promise<Outcome> {
  const client = wf.createNexusServiceClient({ endpoint, service: billing });
  try {
    return await wf.CancellationScope.cancellable(async () => {
      const handle = await client.startOperation(billing.operations.invoice, id);
      wf.CancellationScope.current().cancel();
      return { result: await handle.result() };
    });
  } catch (error) {
    return { errors: chain(error) };
  }
}

function chain(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { type, state } = error as { readonly type?: string; readonly state?: string };
  const details = [type, state].filter((detail) => detail !== undefined).join(' ');
  return [`${error.name}${details === '' ? '' : `(${details})`}: ${error.message}`, ...chain(error.cause)];
}
