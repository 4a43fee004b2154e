import * as nexus from 'nexus-rpc';

/** A payment that somebody asks for. */
export interface Charge {
  readonly orderId: string;
  readonly cents: number;
}

/** What the payments team offers. All that the two teams share: who calls it imports this file, and nothing of its handlers. */
export const payments = nexus.service('payments', {
  /** What a payment costs. Answers at once. */
  fee: nexus.operation<{ readonly cents: number }, { readonly feeCents: number }>(),
  /** Takes the money once the customer has agreed, and ends with a receipt. */
  charge: nexus.operation<Charge, string>(),
});

/** The endpoint that leads to the payments team, wherever its workers are. */
export const PAYMENTS_ENDPOINT = 'payments';
