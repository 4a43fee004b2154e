/**
 * Owns how calls of the API travel: the port and its adapters (unary gRPC, the multiplexed stream, in-process).
 * Must not know what any method means.
 */
export type { RpcCallOptions, RpcMetadata, RpcTransport } from './transport.js';
