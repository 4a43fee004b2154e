/**
 * Owns the running of Nexus operations: finding the handler, calling it in its context, deadlines, what errors come to, and the
 * answers to the server.
 * Must not know workflows and activities: operations reach them through the worker's client.
 */
export type {
  NexusCancelOperationInput,
  NexusInboundCallsInterceptor,
  NexusInterceptors,
  NexusInterceptorsFactory,
  NexusOutboundCallsInterceptor,
  NexusStartOperationInput,
  NexusStartOperationOutput,
} from './interceptors.js';
export type { NexusEnvironment } from './nexus-environment.js';
export { NexusHost } from './nexus-host.js';
export { ServiceRegistry } from './service-registry.js';
