import * as nexus from 'nexus-rpc';

export const payments = nexus.service('payments', {
  quote: nexus.operation<{ cents: number }, { feeCents: number }>(),
  charge: nexus.operation<{ orderId: string; cents: number }, string>(),
});
