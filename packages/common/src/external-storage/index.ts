/**
 * Owns large payloads that are kept elsewhere: drivers, their configuration, and the references that travel instead.
 * Must not know any particular storage.
 */
export { ExternalStorage } from './external-storage.js';
export type { ExternalStorageOptions } from './external-storage.js';
export { StorageDriverClaim } from './types.js';
export type {
  StorageDriver,
  StorageDriverActivityInfo,
  StorageDriverRetrieveContext,
  StorageDriverSelectContext,
  StorageDriverSelector,
  StorageDriverStoreContext,
  StorageDriverTargetInfo,
  StorageDriverWorkflowInfo,
} from './types.js';
