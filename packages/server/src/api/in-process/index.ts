// Calls to the server's methods from the same process, with the semantics of gRPC and without sockets.
// It owns the caller's side of `RpcMethod`; it must not know any method.
export {
  type CallableMethod,
  type InProcessCallOptions,
  InProcessTransport,
  type InProcessTransportOptions,
  type SettleCall,
} from './transport.js';
