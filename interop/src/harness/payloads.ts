import { defaultPayloadConverter, type Payload } from '@temporalio/common';

/** A JSON payload as the default converter of every official SDK writes it. */
export function toPayload(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

/** The `Payloads` message that carries `values` in order. */
export function toPayloads(...values: unknown[]): { payloads: Payload[] } {
  return { payloads: values.map(toPayload) };
}

/** The value inside a payload that the default converter wrote. */
export function fromPayload(payload: Payload): unknown {
  return defaultPayloadConverter.fromPayload(payload);
}

/** The values inside a `Payloads` message; none for an absent message. */
export function fromPayloads(message: { payloads?: Payload[] | null } | null | undefined): unknown[] {
  return (message?.payloads ?? []).map(fromPayload);
}
