import type { Limits } from '@perdure/engine';
import type { VisibilityCondition } from '@perdure/engine/visibility';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import type { Logger } from '../observability/index.js';
import type { Store } from '../store/index.js';
import type { BatchRecord, BatchTarget } from './batch-record.js';

/** What batches work with. */
export interface BatchPorts {
  readonly host: Pick<ExecutionHost, 'drain' | 'read' | 'writeRecord'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Logger;
  /** How long closed batches are kept. */
  readonly retentionMs: (namespaceId: string) => number;
  /** The namespace still exists. */
  readonly namespaceExists: (namespaceId: string) => boolean;
  /** Parses a query as lists do. Throws INVALID_ARGUMENT. */
  readonly parseQuery: (namespaceId: string, query: string) => VisibilityCondition | undefined;
  /**
   * Does what the batch is for to one execution. Done again under the same request id, it changes nothing more. Throws
   * NOT_FOUND if the execution has closed or is gone.
   */
  readonly perform: (batch: BatchRecord, target: BatchTarget, requestId: string) => Promise<void>;
}
