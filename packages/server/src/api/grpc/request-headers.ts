import type { HeaderField, RequestHead } from '../http2/index.js';
import { ServiceError } from '../service-error.js';

/** The headers of a request that gRPC gives a meaning to. */
export interface GrpcRequestHeaders {
  /** From `grpc-timeout`; fractional for microseconds and nanoseconds. */
  readonly timeoutMs: number | undefined;
  /** From `grpc-encoding`. */
  readonly encoding: string;
}

/** A request that is answered in HTTP, as its sender does not speak gRPC. */
export interface HttpRefusal {
  readonly httpStatus: 405 | 415;
  readonly message: string;
}

const GRPC_CONTENT_TYPE = /^application\/grpc(\+proto)?\s*(;.*)?$/i;
const MAX_TIMEOUT_DIGITS = 8;
const DIGIT_ZERO = 48;
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
  ['m', 1],
  ['u', 1e-3],
  ['n', 1e-6],
]);

/** Whether a request is not gRPC at all. */
export function refusalOf(head: RequestHead): HttpRefusal | undefined {
  if (head.method !== 'POST') return { httpStatus: 405, message: 'gRPC calls are POST requests' };
  const contentType = findHeader(head, 'content-type') ?? '';
  if (contentType === 'application/grpc' || GRPC_CONTENT_TYPE.test(contentType)) return undefined;
  return { httpStatus: 415, message: `content-type ${JSON.stringify(contentType)} is not application/grpc` };
}

/** Reads what gRPC needs. @throws ServiceError INVALID_ARGUMENT for a malformed timeout. */
export function readGrpcHeaders(head: RequestHead): GrpcRequestHeaders {
  let timeoutMs: number | undefined;
  let encoding = 'identity';
  for (let index = head.firstRegular; index < head.fields.length; index++) {
    const { name, value } = head.fields[index] as HeaderField;
    if (name === 'grpc-timeout') timeoutMs = parseTimeout(value);
    else if (name === 'grpc-encoding') encoding = value;
  }
  return { timeoutMs, encoding };
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: up to eight digits and a unit. */
export function parseTimeout(value: string): number {
  const digits = value.length - 1;
  const unitMs = UNIT_MS.get(value.charAt(digits));
  let amount = 0;
  let isNumber = digits >= 1 && digits <= MAX_TIMEOUT_DIGITS;
  for (let index = 0; index < digits && isNumber; index++) {
    const digit = value.charCodeAt(index) - DIGIT_ZERO;
    isNumber = digit >= 0 && digit <= 9;
    amount = amount * 10 + digit;
  }
  if (unitMs === undefined || !isNumber) {
    const message = `grpc-timeout ${JSON.stringify(value)} is not up to eight digits and one of the units H M S m u n`;
    throw new ServiceError('INVALID_ARGUMENT', message);
  }
  return amount * unitMs;
}

function findHeader(head: RequestHead, name: string): string | undefined {
  for (let index = head.firstRegular; index < head.fields.length; index++) {
    const field = head.fields[index] as HeaderField;
    if (field.name === name) return field.value;
  }
  return undefined;
}
