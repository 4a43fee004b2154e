// The port between transports and the handlers of the API, and the transports: gRPC and in-process.
// It owns how calls travel and how errors are written; it must not know what any method does.
export { GrpcServer, type GrpcServerOptions } from './grpc/index.js';
export { type HttpHandler, HttpServer } from './http1/index.js';
export type { TlsOptions } from './http2/index.js';
export {
  type CallableMethod,
  type InProcessCallOptions,
  InProcessTransport,
  type InProcessTransportOptions,
} from './in-process/index.js';
export type { Metadata, MetadataInput } from './metadata.js';
export type { MethodObserver, RpcObserver } from './rpc-observer.js';
export type { AnyRpcMethod, CallContext, CancelReason, RpcMethod, ServerStreamMethod } from './rpc.js';
export { ServiceError } from './service-error.js';
export { packDetail } from './status-details.js';
export { nameOfGrpcStatus, STATUS, type StatusCode } from './status.js';
