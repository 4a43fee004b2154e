import * as nexus from 'nexus-rpc';

/** What the workflows of tests call through an endpoint. */
export const parcels = nexus.service('parcels', {
  price: nexus.operation<number, number>(),
  send: nexus.operation<string, string>(),
});
