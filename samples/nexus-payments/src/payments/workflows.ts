import { ApplicationFailure, condition, defineSignal, setHandler } from '@perdure/workflow';
import type { Charge } from '../payments-service.js';

/** The customer agrees to the payment, or does not. */
export const answeredSignal = defineSignal<['yes' | 'no']>('answered');

/** One payment: waits for the customer, however long that takes. */
export async function charge({ orderId, cents }: Charge): Promise<string> {
  let answer: 'yes' | 'no' | undefined;
  setHandler(answeredSignal, (given) => void (answer = given));
  // Throws when the order cancels its operation: the payment is cancelled then.
  await condition(() => answer !== undefined);
  if (answer === 'no') throw ApplicationFailure.nonRetryable(`The customer refused to pay for ${orderId}`, 'Refused');
  return `receipt for ${orderId}: ${cents} cents`;
}
