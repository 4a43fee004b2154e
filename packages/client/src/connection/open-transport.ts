import {
  AgreedTransport,
  type CallRetryPolicy,
  CallStreamTransport,
  GrpcTransport,
  InProcessTransport,
  type InProcessServer,
  RetryingTransport,
  type RpcTransport,
} from '../transport/index.js';
import type { NormalizedConnection } from './connection-options.js';
import { retryPolicyOf } from './grpc-retry.js';
import { unlessRefused } from './handshake-check.js';

/** What carries the calls of a connection. */
export interface ConnectableTransport {
  /** Without retries. */
  readonly bare: RpcTransport;
  /** With the retries that the connection is set to; closing it closes both. */
  readonly retrying: RpcTransport;
  /**
   * Resolves once there is a connection; rejects when there is none at `deadlineMs` (epoch), and before with a
   * `HandshakeError` if it is clear that there will be none.
   */
  whenReady(deadlineMs: number): Promise<void>;
}

/** Opens what a connection's options ask for. */
export function openTransport(
  connection: NormalizedConnection,
  inProcess: InProcessServer | undefined,
): ConnectableTransport {
  const { interceptors } = connection.options;
  const policies = interceptors.map(retryPolicyOf).filter((policy) => policy !== undefined);
  // A retry interceptor among others keeps its place among them.
  const areAllRetries = policies.length === interceptors.length;
  const { tls } = connection;
  const withRetries = (bare: RpcTransport): RpcTransport => (areAllRetries ? retrying(bare, policies) : bare);
  if (inProcess !== undefined) {
    const bare = new InProcessTransport(inProcess);
    return { bare, retrying: withRetries(bare), whenReady: () => Promise.resolve() };
  }
  const { address, credentials, channelArgs } = connection.options;
  // What credentials of grpc-js want is not known here.
  const orRefused = (ready: Promise<void>): Promise<void> =>
    connection.hasOwnCredentials ? ready : unlessRefused(ready, { address, tls });
  const connectable = (bare: RpcTransport & Pick<ConnectableTransport, 'whenReady'>): ConnectableTransport => ({
    bare,
    retrying: withRetries(bare),
    whenReady: (deadlineMs) => orRefused(bare.whenReady(deadlineMs)),
  });
  const openUnary = (): GrpcTransport =>
    new GrpcTransport({
      address,
      credentials,
      channelOptions: channelArgs,
      interceptors: areAllRetries ? [] : interceptors,
    });
  const isStreamPossible = areAllRetries && !connection.needsGrpcJs;
  const { transport } = connection.options;
  if (transport === 'call-stream') {
    if (!isStreamPossible) throw new TypeError(STREAM_IMPOSSIBLE);
    return connectable(new CallStreamTransport({ address, tls }));
  }
  if (transport === 'auto' && isStreamPossible) {
    return connectable(new AgreedTransport(new CallStreamTransport({ address, tls }), openUnary));
  }
  return connectable(openUnary());
}

const STREAM_IMPOSSIBLE =
  "transport 'call-stream' cannot be combined with credentials, callCredentials or interceptors of grpc-js; leave them out, or leave transport out";

function retrying(bare: RpcTransport, policies: readonly CallRetryPolicy[]): RpcTransport {
  return policies.reduceRight<RpcTransport>((inner, policy) => new RetryingTransport(inner, policy), bare);
}
