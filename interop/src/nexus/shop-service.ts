import * as nexus from 'nexus-rpc';

/** An amount that travels as text. */
export class Amount {
  constructor(readonly cents: number) {}
}

const amount: nexus.TypeInfo<Amount, string> = {
  transferTypeConverter: {
    toTransferType: ({ cents }) => `${cents} cents`,
    fromTransferType: (text) => new Amount(Number.parseInt(text, 10)),
  },
};

/** A shop, as its customers know it: for workflows that call it, and for its handlers. */
export const shop = nexus.service('shop', {
  /** Answers at once. */
  greet: nexus.operation<string, string>({ name: 'greet-somebody' }),
  double: nexus.operation<Amount, Amount>({ inputType: amount, outputType: amount }),
  /** Fails as it is told. */
  fail: nexus.operation<'handler' | 'final' | 'operation' | 'cancelled' | 'once', string>(),
  /** Runs a workflow, which ends as it is told. */
  order: nexus.operation<{ id: string; ending: 'completed' | 'failed' | 'waiting' }, string>(),
  /** Takes longer than anybody waits. */
  stall: nexus.operation<void, void>(),
});
