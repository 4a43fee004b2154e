import { ValueError } from '../errors.js';
import type { StorageDriver, StorageDriverSelector } from './types.js';

const DEFAULT_THRESHOLD_BYTES = 256 * 1024;

/** What {@link ExternalStorage} is made of. */
export interface ExternalStorageOptions {
  drivers: StorageDriver[];
  /** Required when there is more than one driver. */
  driverSelector?: StorageDriverSelector;
  /** In bytes; 256 KiB by default, 0 to consider every payload. */
  payloadSizeThreshold?: number;
}

/** Where payloads above a size are kept instead of with the server. */
export class ExternalStorage {
  readonly drivers: StorageDriver[];
  readonly driverSelector: StorageDriverSelector;
  readonly payloadSizeThreshold: number;
  private readonly driversByName: ReadonlyMap<string, StorageDriver>;

  /** Throws a {@link ValueError} for drivers without name or of one name, a missing selector, or a size that is none. */
  constructor({ drivers, driverSelector, payloadSizeThreshold = DEFAULT_THRESHOLD_BYTES }: ExternalStorageOptions) {
    const [first] = drivers;
    if (first === undefined) throw new ValueError('ExternalStorage requires at least one driver');
    assertUniqueNames(drivers);
    if (driverSelector === undefined && drivers.length > 1) {
      throw new ValueError('ExternalStorage.driverSelector is required when more than one driver is registered');
    }
    if (!Number.isFinite(payloadSizeThreshold) || payloadSizeThreshold < 0) {
      throw new ValueError(
        `ExternalStorage.payloadSizeThreshold must be a non-negative finite number, got ${payloadSizeThreshold}`,
      );
    }
    this.drivers = [...drivers];
    this.driverSelector = driverSelector ?? (() => first);
    this.payloadSizeThreshold = payloadSizeThreshold;
    this.driversByName = new Map(drivers.map((driver) => [driver.name, driver]));
  }

  /** The driver of a name; null if there is none. */
  getDriver(name: string): StorageDriver | null {
    return this.driversByName.get(name) ?? null;
  }
}

function assertUniqueNames(drivers: readonly StorageDriver[]): void {
  const names = new Set<string>();
  for (const { name } of drivers) {
    if (typeof name !== 'string' || name === '') {
      throw new ValueError("Storage driver 'name' must be a non-empty string");
    }
    if (names.has(name)) throw new ValueError(`Duplicate storage driver name: '${name}'`);
    names.add(name);
  }
}
