/**
 * Owns Nexus operations that stand alone: starting them, handles to them, lists of them.
 * Must not know workflows, nor who handles the operations.
 */
export {
  NexusOperationAlreadyStartedError,
  NexusOperationFailureError,
  NexusOperationNotFoundError,
} from './errors.js';
export type * from './interceptors.js';
export * from './nexus-client.js';
export * from './nexus-enums.js';
export type { NexusOperationHandle, NexusServiceClient } from './nexus-handle.js';
export type * from './nexus-types.js';
