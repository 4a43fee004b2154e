// gRPC over HTTP/2: message framing, compression, deadlines, statuses, draining, health.
// It owns how a call travels; it must not know any method, and it calls handlers only through `RpcMethod`.
export { GrpcServer, type GrpcServerOptions } from './server.js';
