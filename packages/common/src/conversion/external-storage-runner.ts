import { common } from '@perdure/protocol';
import { PayloadConverterError, ValueError } from '../errors.js';
import type { ExternalStorage, StorageDriver, StorageDriverTargetInfo } from '../external-storage/index.js';
import { StorageDriverClaim } from '../external-storage/index.js';
import {
  decodeReferencePayload,
  encodeReferencePayload,
  isReferencePayload,
} from '../external-storage/reference-payload.js';
import type { Payload } from '../payload.js';

/** Told about every call of a driver: how many payloads, of what size, and when by a clock of the caller's choice. */
export type StorageOperationObserver = (operation: {
  readonly driverName: string;
  readonly payloadCount: number;
  readonly sizeBytes: number;
}) => void;

/** What a store operation is told. */
export interface ExternalStoreOptions {
  target?: StorageDriverTargetInfo;
  abortSignal?: AbortSignal;
}

/** What a retrieve operation is told. */
export interface ExternalRetrieveOptions {
  abortSignal?: AbortSignal;
}

/** A payload that a driver is to handle, and its place in the list. */
interface Job<T> {
  readonly index: number;
  readonly item: T;
  readonly sizeBytes: number;
}

/** Stores and retrieves payloads through the drivers of an {@link ExternalStorage}, one call per driver and list. */
export class ExternalStorageRunner {
  constructor(
    private readonly externalStorage: ExternalStorage,
    private readonly observe: StorageOperationObserver = () => {},
  ) {}

  /** The payloads in order, those above the threshold stored and replaced by references. The first error cancels the rest. */
  async store(payloads: readonly Payload[], options: ExternalStoreOptions = {}): Promise<Payload[]> {
    const { target } = options;
    const abort = linkedAbort(options.abortSignal);
    const jobs = new Map<StorageDriver, Job<Payload>[]>();
    for (const [index, item] of payloads.entries()) {
      const sizeBytes = common.Payload.encode(item).byteLength;
      if (sizeBytes < this.externalStorage.payloadSizeThreshold || isReferencePayload(item)) continue;
      const driver = this.externalStorage.driverSelector({ abortSignal: abort.signal, target }, item);
      if (driver === null) continue;
      if (this.externalStorage.getDriver(driver.name) !== driver) {
        throw new ValueError(`ExternalStorage.driverSelector chose driver '${driver.name}', which is not registered`);
      }
      append(jobs, driver, { index, item, sizeBytes });
    }
    const stored = [...payloads];
    await abort.all(
      [...jobs].map(async ([driver, batch]) => {
        const items = batch.map(({ item }) => item);
        const claims = await driver.store({ abortSignal: abort.signal, target }, items);
        assertSameCount(driver, 'store', claims.length, batch.length);
        for (const [position, { index, sizeBytes }] of batch.entries()) {
          const claim = claims[position];
          if (claim) stored[index] = encodeReferencePayload({ driverName: driver.name, claim, sizeBytes });
        }
        this.report(driver, batch);
      }),
    );
    return stored;
  }

  /** The payloads in order, references replaced by what they stand for. The first error cancels the rest. */
  async retrieve(payloads: readonly Payload[], options: ExternalRetrieveOptions = {}): Promise<Payload[]> {
    const abort = linkedAbort(options.abortSignal);
    const jobs = new Map<StorageDriver, Job<StorageDriverClaim>[]>();
    for (const [index, payload] of payloads.entries()) {
      if (!isReferencePayload(payload)) continue;
      const { driverName, claimData, sizeBytes } = decodeReferencePayload(payload);
      const driver = this.externalStorage.getDriver(driverName);
      if (driver === null) {
        throw new PayloadConverterError(
          `A payload is stored by driver '${driverName}', which is not registered with ExternalStorage`,
        );
      }
      append(jobs, driver, { index, item: new StorageDriverClaim(claimData), sizeBytes });
    }
    const retrieved = [...payloads];
    await abort.all(
      [...jobs].map(async ([driver, batch]) => {
        const claims = batch.map(({ item }) => item);
        const results = await driver.retrieve({ abortSignal: abort.signal }, claims);
        assertSameCount(driver, 'retrieve', results.length, batch.length);
        for (const [position, { index }] of batch.entries()) {
          const payload = results[position];
          if (payload) retrieved[index] = payload;
        }
        this.report(driver, batch);
      }),
    );
    return retrieved;
  }

  private report(driver: StorageDriver, batch: readonly Job<unknown>[]): void {
    const sizeBytes = batch.reduce((total, job) => total + job.sizeBytes, 0);
    this.observe({ driverName: driver.name, payloadCount: batch.length, sizeBytes });
  }
}

function append<T>(jobs: Map<StorageDriver, Job<T>[]>, driver: StorageDriver, job: Job<T>): void {
  const batch = jobs.get(driver);
  if (batch === undefined) jobs.set(driver, [job]);
  else batch.push(job);
}

function assertSameCount(driver: StorageDriver, method: string, got: number, expected: number): void {
  if (got === expected) return;
  throw new ValueError(`Storage driver '${driver.name}' returned ${got} results of ${method} for ${expected} payloads`);
}

/** A signal that aborts with another, or as soon as one of several operations fails. */
function linkedAbort(parent: AbortSignal | undefined) {
  const controller = new AbortController();
  const onAbort = () => controller.abort(parent?.reason);
  if (parent?.aborted) onAbort();
  else parent?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    async all(operations: readonly Promise<void>[]): Promise<void> {
      try {
        await Promise.all(operations);
      } catch (error) {
        controller.abort(error);
        throw error;
      } finally {
        parent?.removeEventListener('abort', onAbort);
      }
    },
  };
}
