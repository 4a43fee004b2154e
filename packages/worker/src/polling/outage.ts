import type { Logger } from '@perdure/common';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';

const UNRECOVERABLE: ReadonlySet<number> = new Set([
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNAUTHENTICATED,
  GrpcStatus.UNIMPLEMENTED,
  GrpcStatus.FAILED_PRECONDITION,
]);

/** Whether the same call will fail the same way however often it is made. */
export function isUnrecoverable(error: unknown): boolean {
  return !(error instanceof GrpcServiceError) || UNRECOVERABLE.has(error.code);
}

const FIRST_DELAY_MS = 100;
const DELAY_FACTOR = 1.7;
const MAX_DELAY_MS = 10_000;
/** A server that is told by everybody that it is too busy must hear it less often. */
const FIRST_DELAY_WHEN_EXHAUSTED_MS = 1_000;

/** How long to wait after so many failures in a row, with up to a fifth less or more so that not all come back at once. */
export function retryDelayMs(failureCount: number, error: unknown, random: () => number = Math.random): number {
  const isExhausted = error instanceof GrpcServiceError && error.code === GrpcStatus.RESOURCE_EXHAUSTED;
  const firstMs = isExhausted ? FIRST_DELAY_WHEN_EXHAUSTED_MS : FIRST_DELAY_MS;
  const delayMs = Math.min(firstMs * DELAY_FACTOR ** (failureCount - 1), MAX_DELAY_MS);
  return Math.round(delayMs * (0.8 + 0.4 * random()));
}

/** Says once that the server cannot be reached, and once that it can be again, however many calls find out. */
export class Outage {
  private startedAtMs: number | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly nowMs: () => number,
    private readonly server: string,
  ) {}

  /** A call failed that will be made again. */
  failed(error: unknown): void {
    if (this.startedAtMs !== undefined) return;
    this.startedAtMs = this.nowMs();
    const message = error instanceof Error ? error.message : String(error);
    this.logger.warn(`Cannot poll ${this.server}: ${message}. Trying again until it answers`, { error });
  }

  /** A call was answered. */
  answered(): void {
    if (this.startedAtMs === undefined) return;
    const outageMs = this.nowMs() - this.startedAtMs;
    this.startedAtMs = undefined;
    this.logger.info(`Polling ${this.server} again after ${outageMs} ms`, { outageMs });
  }
}
