import type { Payload } from '../payload.js';

/** What a driver needs to find a payload again; it travels in place of the payload. */
export class StorageDriverClaim {
  constructor(readonly claimData: Record<string, string>) {}
}

/** The workflow whose payloads are stored. */
export interface StorageDriverWorkflowInfo {
  readonly kind: 'workflow';
  readonly namespace: string;
  readonly id?: string;
  readonly runId?: string;
  readonly type?: string;
}

/** The activity whose payloads are stored. */
export interface StorageDriverActivityInfo {
  readonly kind: 'activity';
  readonly namespace: string;
  readonly id?: string;
  /** Only activities that no workflow started have runs of their own. */
  readonly runId?: string;
  readonly type?: string;
}

/** Whose payloads are stored. */
export type StorageDriverTargetInfo = StorageDriverWorkflowInfo | StorageDriverActivityInfo;

/** What a driver is told when it stores. */
export interface StorageDriverStoreContext {
  /** Aborts when the operation is not needed any more, for example because another failed. */
  abortSignal?: AbortSignal;
  target?: StorageDriverTargetInfo;
}

/** What a selector is told. */
export interface StorageDriverSelectContext {
  abortSignal?: AbortSignal;
  target?: StorageDriverTargetInfo;
}

/** What a driver is told when it retrieves. */
export interface StorageDriverRetrieveContext {
  abortSignal?: AbortSignal;
}

/** A place to keep large payloads. */
export interface StorageDriver {
  /** Names this instance on the wire; it must stay the same for as long as its payloads are needed. */
  readonly name: string;
  /** Names the implementation across languages, for example `aws.s3driver`. */
  readonly type: string;
  /** One claim for every payload, in the same order. */
  store(context: StorageDriverStoreContext, payloads: Payload[]): Promise<StorageDriverClaim[]>;
  /** One payload for every claim, in the same order. */
  retrieve(context: StorageDriverRetrieveContext, claims: StorageDriverClaim[]): Promise<Payload[]>;
}

/** The driver for a payload, or null to send it as it is. */
export type StorageDriverSelector = (context: StorageDriverSelectContext, payload: Payload) => StorageDriver | null;
