import { defaultPayloadConverter, type Payload, type TypeInfo } from '@perdure/common';
import { rpc } from '@perdure/protocol';
import { expect, it } from 'vitest';
import { type ClientScenario, conversations } from './conversation.js';
import type { ScriptedAnswer, Script } from './recording-server.js';

/** What is done with a client, and how the server answers it. */
export type Scenarios = Readonly<Record<string, readonly [ClientScenario, (() => Script)?]>>;

/** A value as the default converter makes it. */
export const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
/** {@link payload} of several values. */
export const payloads = (...values: unknown[]): { payloads: Payload[] } => ({ payloads: values.map(payload) });

/** Wraps values on their way out, and unwraps them on their way in. */
export const WRAPPED: TypeInfo = {
  transferTypeConverter: {
    toTransferType: (value) => ({ wrapped: value }),
    fromTransferType: (value) => ['unwrapped', value],
  },
};

/** Search attributes as servers send them. */
export const SEARCH_ATTRIBUTES = {
  indexedFields: {
    CustomKeywordField: {
      metadata: { encoding: Buffer.from('json/plain'), type: Buffer.from('Keyword') },
      data: Buffer.from('"x"'),
    },
  },
};

/** Answers one after the other, and for good with the last one. */
export function inTurn(...answers: readonly ScriptedAnswer[]): () => ScriptedAnswer {
  let asked = 0;
  return () => answers[Math.min(asked++, answers.length - 1)] ?? {};
}

/** ALREADY_EXISTS with a detail. */
export function alreadyExists<Detail>(
  codec: { readonly typeName: string; encode(message: Detail): Uint8Array },
  detail: Detail,
): ScriptedAnswer {
  const packed = { typeUrl: `type.googleapis.com/${codec.typeName}`, value: codec.encode(detail) };
  const status = { code: 6, message: 'the id is taken', details: [packed] };
  return { code: 6, details: 'the id is taken', statusDetails: rpc.Status.encode(status) };
}

/** One test a scenario: both clients ask the same, and the same comes of it. */
export function itIsTheSame(scenarios: Scenarios): void {
  it.each(Object.keys(scenarios))('%s', async (name) => {
    const [scenario, script] = scenarios[name] ?? [];
    const { mine, reference } = await conversations(scenario as ClientScenario, script);
    expect(reference.calls.length + JSON.stringify(reference.outcome ?? '').length).toBeGreaterThan(2);
    expect(mine).toEqual(reference);
  });
}
