import { hostname } from 'node:os';
import type { DataConverter, LoadedDataConverter } from '@perdure/common';
import { isLoadedDataConverter, loadDataConverter } from '@perdure/common/internal/conversion';
import { Connection } from './connection/connection.js';
import type { ConnectionLike, Metadata } from './types.js';

/** What every client is made with. */
export interface BaseClientOptions {
  /** How values become payloads; give workers the same one. */
  dataConverter?: DataConverter;
  /** Who makes the calls, as histories show it; `pid@host` by default. */
  identity?: string;
  /** A lazy one to the local server by default. */
  connection?: ConnectionLike;
  /** `default` by default. */
  namespace?: string;
}

/** Options with everything filled in. */
export type WithDefaults<Options extends BaseClientOptions> = Required<Omit<Options, 'connection'>> &
  Pick<Options, 'connection'>;

/** Options with everything filled in and the converters loaded. */
export type LoadedWithDefaults<Options extends BaseClientOptions> = WithDefaults<Options> & {
  loadedDataConverter: LoadedDataConverter;
};

/** What options are when they are left out. */
export function defaultBaseClientOptions(): WithDefaults<BaseClientOptions> {
  return { dataConverter: {}, identity: `${process.pid}@${hostname()}`, namespace: 'default' };
}

/** What all clients have in common. */
export class BaseClient {
  /** The connection that calls go over; several clients may share one. */
  readonly connection: ConnectionLike;
  private readonly loadedDataConverter: LoadedDataConverter;

  protected constructor(options: BaseClientOptions = {}) {
    this.connection = options.connection ?? Connection.lazy();
    const { dataConverter } = options;
    this.loadedDataConverter = isLoadedDataConverter(dataConverter) ? dataConverter : loadDataConverter(dataConverter);
  }

  /** Sets a deadline, a date or epoch milliseconds, for the calls that `fn` makes. */
  async withDeadline<R>(deadline: number | Date, fn: () => Promise<R>): Promise<R> {
    return this.connection.withDeadline(deadline, fn);
  }

  /** Cancels the calls that `fn` makes when the signal aborts. */
  async withAbortSignal<R>(abortSignal: AbortSignal, fn: () => Promise<R>): Promise<R> {
    return this.connection.withAbortSignal(abortSignal, fn);
  }

  /** Adds headers to the calls that `fn` makes. */
  async withMetadata<R>(metadata: Metadata, fn: () => Promise<R>): Promise<R> {
    return this.connection.withMetadata(metadata, fn);
  }

  protected get dataConverter(): LoadedDataConverter {
    return this.loadedDataConverter;
  }
}

/** Options with defaults, where leaving a property out and `undefined` mean the same. */
export function withBaseDefaults<Options extends BaseClientOptions>(
  options: Options | undefined,
): Options & WithDefaults<BaseClientOptions> {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaultBaseClientOptions(), ...Object.fromEntries(given) } as Options & WithDefaults<BaseClientOptions>;
}
