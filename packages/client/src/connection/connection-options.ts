import {
  type CallCredentials,
  type ChannelCredentials,
  type ChannelOptions,
  credentials as grpcCredentials,
  type Interceptor,
} from '@grpc/grpc-js';
import type { Duration } from '@perdure/common';
import { msToNumber } from '@perdure/common/internal';
import { normalizeGrpcEndpointAddress, normalizeTlsConfig, type TLSConfig } from '@perdure/common/internal/conversion';
import type { Metadata } from '../types.js';
import type { InProcessServer } from '../transport/index.js';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from './grpc-retry.js';

/** Where connections go unless told otherwise. */
export const LOCAL_TARGET = 'localhost:7233';

const DEFAULT_PORT = 7233;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

/** How calls travel. */
export type ConnectionTransport = 'auto' | 'grpc' | 'call-stream';

/** Where a connection goes, and how. */
export interface ConnectionOptions {
  /** `host:port`; port 7233 by default, and `localhost:7233` without an address. IPv6 addresses go in brackets. */
  address?: string;
  /** True or a configuration for TLS. By default TLS is used with an API key only. Not together with `credentials`. */
  tls?: TLSConfig | boolean | null;
  /** Ready credentials of grpc-js, for what `tls` cannot say. */
  credentials?: ChannelCredentials;
  /** Credentials that add metadata to every call; they need TLS. */
  callCredentials?: CallCredentials[];
  /** Options of the grpc-js channel. Keep-alive is on: every 30 seconds, also without calls. */
  channelArgs?: ChannelOptions;
  /** Interceptors of grpc-js around every call; by default one that retries. An empty list turns retries off. */
  interceptors?: Interceptor[];
  /** Sent with every call. */
  metadata?: Metadata;
  /** Sent as `Authorization: Bearer ...` with every call. A function is asked for every call. */
  apiKey?: string | (() => string);
  /** How long to wait for a connection; 10 seconds by default. */
  connectTimeout?: Duration;
  /** May change these options; also passed to clients made on this connection. */
  plugins?: ConnectionPlugin[];
  /**
   * How calls travel. `auto`, the default, takes the call stream where the server offers it and nothing here needs plain
   * gRPC (`credentials`, `callCredentials`, interceptors of your own); `grpc` never does; `call-stream` fails to connect
   * without it. Not an option of Temporal's SDK.
   */
  transport?: ConnectionTransport;
  /** A server in this process: no address, no sockets. Not an option of Temporal's SDK. */
  inProcess?: InProcessServer;
}

/** Changes the options of a connection before it is made. */
export interface ConnectionPlugin {
  get name(): string;
  configureConnection?(options: ConnectionOptions): ConnectionOptions;
}

/** Options with everything filled in. */
export type ConnectionOptionsWithDefaults = Required<
  Omit<ConnectionOptions, 'tls' | 'connectTimeout' | 'callCredentials' | 'apiKey' | 'inProcess'>
> & { connectTimeoutMs: number };

/** The key of options that only the other packages of this SDK set. */
export const InternalConnectionOptionsSymbol: unique symbol = Symbol.for('__perdure_internal_connection_options');

/** Options with those that only the other packages of this SDK set. */
export type InternalConnectionOptions = ConnectionOptions & {
  [InternalConnectionOptionsSymbol]?: { supportsTestService?: boolean };
};

/** What a connection needs besides its options. */
export interface NormalizedConnection {
  readonly options: ConnectionOptionsWithDefaults;
  readonly tls: TLSConfig | undefined;
  readonly apiKey: (() => string) | undefined;
  /** Whether something was asked for that only grpc-js can do. */
  readonly needsGrpcJs: boolean;
  /** Whether grpc-js was given how to encrypt, which `tls` does not say then. */
  readonly hasOwnCredentials: boolean;
}

const CLIENT_HEADERS = { 'client-name': 'perdure-typescript', 'client-version': '0.1.0' } as const;

/** Fills in defaults. Throws a TypeError for options that exclude each other or an address that is none. */
export function normalizeConnectionOptions(options: ConnectionOptions): NormalizedConnection {
  const { apiKey, credentials, callCredentials = [], metadata = {} } = options;
  if (options.tls && credentials) throw new TypeError('Both `tls` and `credentials` ConnectionOptions were provided');
  if (apiKey !== undefined && Object.keys(metadata).some((name) => name.toLowerCase() === 'authorization')) {
    throw new TypeError(
      'Both `apiKey` option and `Authorization` header were provided, but only one makes sense to use at a time.',
    );
  }
  const tls = credentials === undefined ? normalizeTlsConfig(options.tls, apiKey) : undefined;
  const channelCredentials = credentials ?? channelCredentialsOf(tls);
  return {
    tls,
    apiKey: typeof apiKey === 'string' ? () => apiKey : apiKey,
    needsGrpcJs: credentials !== undefined || callCredentials.length > 0,
    hasOwnCredentials: credentials !== undefined,
    options: {
      address: normalizeGrpcEndpointAddress(options.address ?? LOCAL_TARGET, DEFAULT_PORT),
      credentials: callCredentials.reduce((composed, one) => composed.compose(one), channelCredentials),
      channelArgs: {
        'grpc.keepalive_permit_without_calls': 1,
        'grpc.keepalive_time_ms': 30_000,
        'grpc.keepalive_timeout_ms': 15_000,
        'grpc.max_receive_message_length': MAX_RESPONSE_BYTES,
        ...(tls?.serverNameOverride === undefined
          ? {}
          : {
              'grpc.ssl_target_name_override': tls.serverNameOverride,
              'grpc.default_authority': tls.serverNameOverride,
            }),
        ...options.channelArgs,
      },
      interceptors: options.interceptors ?? [makeGrpcRetryInterceptor(defaultGrpcRetryOptions())],
      metadata: { ...CLIENT_HEADERS, ...metadata },
      connectTimeoutMs: msToNumber(options.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT_MS),
      plugins: options.plugins ?? [],
      transport: options.transport ?? 'auto',
    },
  };
}

function channelCredentialsOf(tls: TLSConfig | undefined): ChannelCredentials {
  if (tls === undefined) return grpcCredentials.createInsecure();
  const { serverRootCACertificate, clientCertPair } = tls;
  const pem = (bytes: Uint8Array | undefined): Buffer | null => (bytes === undefined ? null : Buffer.from(bytes));
  return grpcCredentials.createSsl(pem(serverRootCACertificate), pem(clientCertPair?.key), pem(clientCertPair?.crt));
}
