// A server on a thread of its own inside an application. It owns the thread and the calls to it; it must not know what a method does.
export { EmbeddedCallError, type SettleEmbeddedCall } from './caller.js';
export { EmbeddedCalls, EmbeddedServer, type EmbeddedServerOptions } from './embedded-server.js';
export type { ThreadServerOptions } from './messages.js';
