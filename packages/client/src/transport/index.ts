/**
 * Owns how calls of the API travel: the port and its adapters (unary gRPC, the multiplexed stream, in-process).
 * Must not know what any method means.
 */
export { AgreedTransport } from './agreed-transport.js';
export { callFor } from './call-for.js';
export { callMethod } from './call-method.js';
export type { RequestOf, ResponseOf } from './call-method.js';
export { CallStreamTransport } from './call-stream/call-stream-transport.js';
export { CallStreamUnsupportedError } from './call-stream/errors.js';
export { tlsOptionsOf } from './call-stream/open-stream.js';
export type { CallStreamTarget } from './call-stream/open-stream.js';
export { GrpcServiceError, statusDetailsOf } from './grpc-service-error.js';
export { GrpcTransport } from './grpc-transport.js';
export type { GrpcTransportOptions } from './grpc-transport.js';
export { InProcessTransport } from './in-process-transport.js';
export type { InProcessServer } from './in-process-transport.js';
export { RetryingTransport } from './retrying-transport.js';
export type { CallRetryPolicy } from './retrying-transport.js';
export { GrpcStatus, grpcStatusName } from './status.js';
export type { ReadAnswer, RpcCallOptions, RpcMetadata, RpcTransport } from './transport.js';
