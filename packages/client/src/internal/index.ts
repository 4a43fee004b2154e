/**
 * Owns what the other packages of the SDK ask of connections and clients, and applications do not need.
 * Must not hold code of its own: it only says what is shared.
 */
export { InternalConnectionOptionsSymbol } from '../connection/connection-options.js';
export type { InternalConnectionOptions } from '../connection/connection-options.js';
export { NexusCallSymbol } from '../nexus-call.js';
export type { NexusCall } from '../nexus-call.js';
