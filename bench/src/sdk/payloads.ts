import type { common } from '@perdure/protocol';

const encoding = new TextEncoder().encode('json/plain');

/** Values as the default converter of every SDK writes them. */
export function toJsonPayloads(values: readonly unknown[]): common.IPayloads {
  const payloads = values.map((value) => ({
    metadata: { encoding },
    data: new TextEncoder().encode(JSON.stringify(value)),
  }));
  return { payloads };
}

/** The values of JSON payloads. */
export function fromJsonPayloads(message: common.Payloads | undefined): unknown[] {
  return (message?.payloads ?? []).map(({ data }) => JSON.parse(new TextDecoder().decode(data)) as unknown);
}
