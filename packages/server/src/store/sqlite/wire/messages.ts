import type { StoreOpenProblem } from '../../errors.js';
import type { StoreIdentity } from '../../store.js';
import type { FlatMessage } from './flat.js';

/** What a thread does. A database in memory cannot be shared, so there one thread does both. */
export type ThreadRole = 'reader' | 'writer' | 'both';

/** What a thread is told when it starts, and the memory of its `Turn`. */
export interface ThreadData extends ThreadOptions {
  readonly turn: SharedArrayBuffer;
}

/** What a thread is to open, and as what. */
export interface ThreadOptions {
  readonly role: ThreadRole;
  /** Absolute path, or undefined for a database in memory. */
  readonly path: string | undefined;
  readonly clusterId: string;
  readonly shardCount: number | undefined;
  readonly maximumSizeBytes: number | undefined;
}

/** Requests, one after the other: id, operation, and what the operation takes. The reader gets `open` first. */
export type ThreadRequest = FlatMessage | 'open';

/** Answers to requests, one after the other: id, status, and what the operation or the problem says. */
export type ThreadReply =
  | { readonly kind: 'opened'; readonly identity: StoreIdentity }
  | { readonly kind: 'refused'; readonly problem: StoreOpenProblem; readonly message: string }
  | { readonly kind: 'answers'; readonly message: FlatMessage };

/** How a request ended. */
export const answerStatus = {
  done: 0,
  /** Followed by a message: the request broke the contract; nothing of it was written. */
  rejected: 1,
  /** Followed by a message: the store is unusable from here on. */
  failed: 2,
} as const;

/** Everything a thread can be asked. */
export type Operation =
  | 'acquireShard'
  | 'attentionExecutions'
  | 'workflowIds'
  | 'checkpoint'
  | 'close'
  | 'commit'
  | 'countVisibility'
  | 'dueExecutions'
  | 'integrityCheck'
  | 'listRuns'
  | 'listVisibility'
  | 'loadExecution'
  | 'materialise'
  | 'metadataGet'
  | 'metadataSet'
  | 'namespaceById'
  | 'namespaceByName'
  | 'namespaceCreate'
  | 'namespaceDelete'
  | 'namespaceList'
  | 'namespaceUpdate'
  | 'readHistory'
  | 'readJournal'
  | 'readShard'
  | 'recordRead'
  | 'recordsList'
  | 'recordsOfShard'
  | 'recordsWrite'
  | 'renewShard'
  | 'searchAttributesAdd'
  | 'searchAttributesList'
  | 'searchAttributesRemove';
