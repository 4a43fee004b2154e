import { decode, encode } from '../inlined/msgpack.js';
import { ServiceError } from '../api/index.js';
import type { PageCursor } from '../store/index.js';

/** Where a list of schedules goes on: behind a schedule, whether or not that is still there. */
export interface ScheduleListPosition {
  readonly createTimeMs: number;
  readonly scheduleId: string;
}

/** What a token is of, so that one list does not go on where another stopped. */
const NAMESPACES = 'namespaces';
const EXECUTIONS = 'executions';
const SCHEDULES = 'schedules';
const BATCHES = 'batch operations';
const ENDPOINTS = 'Nexus endpoints';

/** Where a list of namespaces goes on: after this name. */
export function encodeNamespacePageToken(afterName: string): Uint8Array {
  return encode([NAMESPACES, afterName]);
}

/** Throws INVALID_ARGUMENT if the bytes are no token of a list of namespaces. */
export function decodeNamespacePageToken(bytes: Uint8Array): string {
  const [kind, afterName, ...rest] = tokenParts(bytes);
  if (kind !== NAMESPACES || typeof afterName !== 'string' || rest.length > 0) throw invalidToken(NAMESPACES);
  return afterName;
}

/** Where a list of executions goes on; undefined on the last page. */
export function encodeExecutionPageToken(cursor: PageCursor | undefined): Uint8Array | undefined {
  return cursor === undefined ? undefined : encode([EXECUTIONS, ...cursor]);
}

/** The cursor in a token, or undefined for the first page. Throws INVALID_ARGUMENT if the bytes are no such token. */
export function decodeExecutionPageToken(bytes: Uint8Array): PageCursor | undefined {
  if (bytes.length === 0) return undefined;
  const [kind, closeKey, startTimeMs, runId, workflowId, ...rest] = tokenParts(bytes);
  // The order of a list is close time, start time, run id and workflow id; a store must not be given anything else.
  const isCursor =
    isTime(closeKey) && isTime(startTimeMs) && typeof runId === 'string' && typeof workflowId === 'string';
  if (kind !== EXECUTIONS || !isCursor || rest.length > 0) throw invalidToken(EXECUTIONS);
  return [closeKey, startTimeMs, runId, workflowId];
}

/** Where a list of schedules goes on; undefined on the last page. */
export function encodeSchedulePageToken(after: ScheduleListPosition | undefined): Uint8Array | undefined {
  return after && encode([SCHEDULES, after.createTimeMs, after.scheduleId]);
}

/** The position in a token, or undefined for the first page. Throws INVALID_ARGUMENT if the bytes are no such token. */
export function decodeSchedulePageToken(bytes: Uint8Array): ScheduleListPosition | undefined {
  if (bytes.length === 0) return undefined;
  const [kind, createTimeMs, scheduleId, ...rest] = tokenParts(bytes);
  if (kind !== SCHEDULES || !isTime(createTimeMs) || typeof scheduleId !== 'string' || rest.length > 0)
    throw invalidToken(SCHEDULES);
  return { createTimeMs, scheduleId };
}

/** Where a list of batches goes on: after this one. */
export function encodeBatchPageToken(startTimeMs: number, jobId: string): Uint8Array {
  return encode([BATCHES, startTimeMs, jobId]);
}

/** Undefined for the first page. Throws INVALID_ARGUMENT if the bytes are no token of a list of batches. */
export function decodeBatchPageToken(bytes: Uint8Array): readonly [startTimeMs: number, jobId: string] | undefined {
  if (bytes.length === 0) return undefined;
  const [kind, startTimeMs, jobId, ...rest] = tokenParts(bytes);
  if (kind !== BATCHES || !isTime(startTimeMs) || typeof jobId !== 'string' || rest.length > 0)
    throw invalidToken(BATCHES);
  return [startTimeMs, jobId];
}

/** Where a list of Nexus endpoints goes on: after this one. */
export function encodeEndpointPageToken(afterId: string): Uint8Array {
  return encode([ENDPOINTS, afterId]);
}

/** Empty for the first page. Throws INVALID_ARGUMENT if the bytes are no token of a list of Nexus endpoints. */
export function decodeEndpointPageToken(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  const [kind, afterId, ...rest] = tokenParts(bytes);
  if (kind !== ENDPOINTS || typeof afterId !== 'string' || rest.length > 0) throw invalidToken(ENDPOINTS);
  return afterId;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function tokenParts(bytes: Uint8Array): readonly unknown[] {
  try {
    const parts = decode(bytes);
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function invalidToken(kind: string): ServiceError {
  return new ServiceError(
    'INVALID_ARGUMENT',
    `Invalid NextPageToken: it was not made by this server for a list of ${kind}.`,
  );
}
