import type { Duration, SearchAttributeType } from '@perdure/common';
import type { SearchAttributeKey } from '@perdure/common/internal';

/** A server for development, in this process. */
export interface DevServerConfig {
  type: 'dev-server';
  /** Nothing is downloaded or executed: a cached download is ignored, an existing path refused. */
  executable?: EphemeralServerExecutable;
  /** Keeps everything in this SQLite file; by default in memory. */
  dbFilename?: string;
  /** Created beside `default`, and the namespace of the environment's client. */
  namespace?: string;
  /** Where the gRPC port listens; `127.0.0.1` by default. */
  ip?: string;
  /** The gRPC port; any that is free by default. */
  port?: number;
  /** Refused: a server in a test has no web page. */
  ui?: boolean;
  /** Refused, see {@link ui}. */
  uiPort?: number;
  /** To standard output; errors only, by default. */
  log?: { format: string; level: string };
  /** A few arguments of the `temporal server start-dev` command are understood, the others refused. */
  extraArgs?: string[];
  /** Registered in the namespace. */
  searchAttributes?: SearchAttributeKey<SearchAttributeType>[];
}

/** A server whose time skips, in this process. */
export interface TimeSkippingServerConfig {
  type: 'time-skipping';
  /** Nothing is downloaded or executed: a cached download is ignored, an existing path refused. */
  executable?: EphemeralServerExecutable;
  /** The gRPC port; any that is free by default. */
  port?: number;
  /** Refused unless empty. */
  extraArgs?: string[];
}

/** Which executable the official test environments run. */
export type EphemeralServerExecutable =
  | { type: 'cached-download'; downloadDir?: string; version?: string; ttl?: Duration }
  | { type: 'existing-path'; path: string };
