import * as ours from '@perdure/common';
import type * as theirs from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { common as commonApi, failure as failureApi } from '@perdure/protocol';

export function thrown(run: () => unknown): string {
  try {
    return `returned ${JSON.stringify(run())}`;
  } catch (error) {
    return `threw ${(error as Error).name}`;
  }
}

/** What a function gives, or the class of what it throws. */
export function outcome(run: () => unknown): unknown {
  try {
    return { value: plain(run()) };
  } catch (error) {
    return { error: (error as Error).name };
  }
}

/** The value with every Long as a number. */
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if ('toNumber' in value && typeof value.toNumber === 'function') return (value.toNumber as () => number)();
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

export function text(payload: ours.Payload | undefined): unknown {
  return {
    metadata: Object.fromEntries(Object.entries(payload?.metadata ?? {}).map(([key, bytes]) => [key, ours.str(bytes)])),
    data: payload?.data ? Buffer.from(payload.data).toString('latin1') : undefined,
  };
}

export function mapText(payloads: Readonly<Record<string, ours.Payload>>): unknown {
  return Object.fromEntries(Object.entries(payloads).map(([key, payload]) => [key, text(payload)]));
}

export function wireOfPayload(payload: ours.Payload): unknown {
  return Buffer.from(commonApi.Payload.encode(payload)).toString('hex');
}

export function wireOfOurs(failure: ours.ProtoFailure): unknown {
  return failureApi.Failure.decode(failureApi.Failure.encode(failure).slice());
}

export function wireOfTheirs(failure: theirs.ProtoFailure): unknown {
  return failureApi.Failure.decode(temporal.api.failure.v1.Failure.encode(failure).finish());
}

/** Stack traces name the files that they were made in; all that can be equal is whether there is one. */
export function withoutStacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutStacks);
  if (value instanceof Uint8Array) {
    return Buffer.from(value)
      .toString()
      .replace(/"stack_trace":"[^"]+"/, '"stack_trace":"..."');
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'stackTrace' ? Boolean(item) : withoutStacks(item)]),
  );
}

/** All that a program can see of an error, causes included. */
export function shown(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const own = Object.entries(error).filter(([key]) => !['failure', 'cause', 'originalFailure'].includes(key));
  const fields = Object.fromEntries(own.map(([key, value]) => [key, plain(value)]));
  return { name, message, stack, fields, cause: shown(error.cause) };
}

export function circular(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}
