import type { Limits } from '@perdure/engine';
import type { TlsOptions } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { AllowedAddress } from '../nexus/index.js';
import type { LogLevel } from '../observability/index.js';

/** Where executions are kept. */
export type StoreSetting =
  /** `path` is created if it does not exist; `:memory:` keeps everything in an SQLite database in memory. */
  | { readonly kind: 'sqlite'; readonly path: string }
  /** Gone when the server stops. */
  | { readonly kind: 'memory' };

/** How a server is started. */
export interface ServerOptions {
  readonly store: StoreSetting;
  readonly grpc?: {
    /** Default 127.0.0.1. */
    readonly host?: string;
    /** Default 7233; 0 takes any free port. */
    readonly port?: number;
    readonly tls?: TlsOptions;
  };
  /** Serves Nexus over HTTP; off unless given. */
  readonly http?: {
    /** Default 127.0.0.1. */
    readonly host?: string;
    /** 0 takes any free port. */
    readonly port: number;
    /** Default: that of the gRPC port. */
    readonly tls?: TlsOptions;
    /** How servers outside reach this port, such as https://perdure.example.com. Default: by its address. */
    readonly publicUrl?: string;
  };
  /**
   * Where callbacks may go besides this server itself; clients name them with the workflows they start. A handler of Nexus
   * operations that a server outside calls needs that server here. Default: nowhere.
   */
  readonly callbackAddresses?: readonly AllowedAddress[];
  /** Serves Prometheus metrics and a health probe over HTTP; off unless given. */
  readonly metrics?: { readonly host?: string; readonly port: number };
  /** Default: nothing is logged. */
  readonly log?: { readonly level?: LogLevel; readonly format?: 'json' | 'pretty' };
  /** Created at start unless they exist. Default: `default`. */
  readonly namespaces?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** Shards of a new store; an existing one keeps its number. Default 1. */
  readonly shardCount?: number;
  /** Memory for executions. Default 64 MiB. */
  readonly cacheSizeBytes?: number;
  /** For tests and simulations. */
  readonly clock?: Clock;
  /**
   * For tests, on a memory store: while nothing is left to do and nobody locks it, the time of executions goes ahead to
   * whatever is due next. Serves `temporal.api.testservice.v1.TestService`, starts with one lock, and keeps closed
   * executions for ever. Deadlines of calls are the machine's as ever.
   */
  readonly timeSkipping?: boolean;
  /** The server cannot go on: its store is lost. Default: nothing; `run` ends the process. */
  readonly onFatal?: (error: Error) => void;
}
