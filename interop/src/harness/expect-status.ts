import { expect } from 'vitest';

/** The gRPC status codes that the API answers with. */
export const statusCodes = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

type StatusName = keyof typeof statusCodes;

/** Asserts that a raw call fails with the gRPC status `name` and a message that matches; returns the error. */
export async function expectStatus(call: Promise<unknown>, name: StatusName, message: RegExp = /./): Promise<Error> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) expect.fail(`expected ${name}, but the call succeeded: ${JSON.stringify(outcome.value)}`);
  const error = outcome.error as Error & { code?: number; details?: string };
  const actual = Object.entries(statusCodes).find(([, code]) => code === error.code)?.[0] ?? String(error.code);
  expect(`${actual}: ${error.details ?? error.message}`).toMatch(new RegExp(`^${name}: `));
  expect(error.details ?? error.message).toMatch(message);
  return error;
}
