import {
  type CallRetryPolicy,
  GrpcTransport,
  InProcessTransport,
  type InProcessServer,
  RetryingTransport,
  type RpcTransport,
} from '../transport/index.js';
import type { NormalizedConnection } from './connection-options.js';
import { retryPolicyOf } from './grpc-retry.js';

/** What carries the calls of a connection. */
export interface ConnectableTransport {
  /** Without retries. */
  readonly bare: RpcTransport;
  /** With the retries that the connection is set to; closing it closes both. */
  readonly retrying: RpcTransport;
  /** Resolves once there is a connection; rejects when there is none at `deadlineMs` (epoch). */
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
  const withRetries = (bare: RpcTransport): RpcTransport => (areAllRetries ? retrying(bare, policies) : bare);
  if (inProcess !== undefined) {
    const bare = new InProcessTransport(inProcess);
    return { bare, retrying: withRetries(bare), whenReady: () => Promise.resolve() };
  }
  const { address, credentials, channelArgs } = connection.options;
  const grpc = new GrpcTransport({
    address,
    credentials,
    channelOptions: channelArgs,
    interceptors: areAllRetries ? [] : interceptors,
  });
  return { bare: grpc, retrying: withRetries(grpc), whenReady: (deadlineMs) => grpc.whenReady(deadlineMs) };
}

function retrying(bare: RpcTransport, policies: readonly CallRetryPolicy[]): RpcTransport {
  return policies.reduceRight<RpcTransport>((inner, policy) => new RetryingTransport(inner, policy), bare);
}
