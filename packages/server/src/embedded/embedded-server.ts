import { Worker } from 'node:worker_threads';
import { StoreOpenError } from '../store/index.js';
import { ThreadCaller, type SettleEmbeddedCall } from './caller.js';
import type { FromThread, ThreadServerOptions, ToThread } from './messages.js';

/** How an embedded server is started. */
export interface EmbeddedServerOptions extends ThreadServerOptions {
  /** The server cannot go on: its store or its thread is lost. Calls fail with UNAVAILABLE from then on. Default: nothing. */
  readonly onFatal?: (error: Error) => void;
}

/**
 * Room for what is new in memory. With V8's default of 48 MB a collection comes so soon under load that much of what is under way is still
 * alive, and is copied; what is alive is all a collection costs. An idle server does not take it.
 */
const YOUNG_GENERATION_MB = 192;

/** The thread runs compiled code: from sources (under a test runner), that is what the build left in `dist`. */
const entryUrl = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/embedded/entry.js', import.meta.url)
  : new URL('./entry.js', import.meta.url);

/**
 * A whole server inside an application, on a thread of its own: the application keeps its event loop to itself, and both may use a core.
 * Calls go from memory to memory: give `inProcess` to `Connection.connect` and `NativeConnection.connect`.
 *
 *     const server = await EmbeddedServer.start({ store: { kind: 'sqlite', path: 'orders.sqlite' } });
 *     const connection = await Connection.connect({ inProcess: server.inProcess });
 *
 * `startServer` starts one on the thread of the caller.
 */
export class EmbeddedServer {
  /** The way in for clients and workers of this process. */
  readonly inProcess: EmbeddedCalls;
  private readonly exited: Promise<void>;
  private readonly caller: ThreadCaller;
  private ready: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private served: Extract<FromThread, { kind: 'serving' }> | undefined;
  private stopping: Promise<void> | undefined;
  private stopError: string | undefined;
  private isLost = false;

  private constructor(
    private readonly thread: Worker,
    private readonly onFatal: (error: Error) => void,
  ) {
    this.caller = new ThreadCaller((batch) => this.tell({ kind: 'calls', batch }, [batch.buffer]));
    this.inProcess = new EmbeddedCalls(this.caller);
    thread.on('message', (message: FromThread) => this.receive(message));
    thread.on('error', (error) => this.lose(error));
    this.exited = new Promise((resolve) => {
      thread.on('exit', () => {
        if (this.stopping === undefined) this.lose(new Error('The thread of the embedded server ended by itself.'));
        this.caller.close('the embedded server has stopped');
        resolve();
      });
    });
  }

  /**
   * Starts one: opens the store, recovers what was under way, then opens the port.
   *
   * @throws StoreOpenError, or an Error with one clear sentence when a port cannot be opened, naming the option to set
   */
  static async start({ onFatal = () => undefined, ...options }: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const thread = new Worker(entryUrl, {
      workerData: options,
      name: 'perdure-server',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const server = new EmbeddedServer(thread, onFatal);
    await new Promise<void>((resolve, reject) => (server.ready = { resolve, reject }));
    return server;
  }

  /** `host:port` of the gRPC port. */
  get address(): string {
    return this.served?.address ?? '';
  }

  /** `host:port` of the metrics port, if there is one. */
  get metricsAddress(): string | undefined {
    return this.served?.metricsAddress;
  }

  /** Whether calls are answered. */
  get isServing(): boolean {
    return this.served !== undefined && this.stopping === undefined && !this.isLost;
  }

  /** Answers long polls, finishes calls, writes everything, closes the store, ends the thread. Idempotent. */
  stop({ graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    return (this.stopping ??= this.end(graceMs));
  }

  private async end(graceMs: number | undefined): Promise<void> {
    this.caller.flush();
    // A thread whose store is lost is still there, and has to end; one that has ended does not hear this.
    this.tell({ kind: 'stop', graceMs });
    await this.exited;
    if (this.stopError !== undefined) throw new Error(`The embedded server did not stop cleanly: ${this.stopError}`);
  }

  private tell(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.thread.postMessage(message, transfer);
  }

  private receive(message: FromThread): void {
    switch (message.kind) {
      case 'answers':
        this.caller.receive(message.batch);
        return;
      case 'serving':
        this.served = message;
        this.ready?.resolve();
        return;
      case 'refused':
        this.stopping = this.exited;
        this.ready?.reject(refusalOf(message));
        return;
      case 'fatal':
        this.lose(new Error(message.message));
        return;
      case 'stopped':
        this.stopError = message.error;
    }
  }

  private lose(error: Error): void {
    this.ready?.reject(error);
    this.caller.close(`the embedded server is lost: ${error.message}`);
    if (this.isLost || this.served === undefined) return;
    this.isLost = true;
    this.onFatal(error);
  }
}

/** Calls to an `EmbeddedServer`: `inProcess` of the options of a connection. */
export class EmbeddedCalls {
  constructor(private readonly caller: ThreadCaller) {}

  /**
   * Calls a method by its path with an encoded request. `settle` hears of the outcome once, not before `begin` has returned unless the call is
   * cancelled. Gives a function that cancels the call. Neither the request nor the metadata may change.
   */
  begin(
    path: string,
    request: Uint8Array,
    options: {
      readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
      /** How long the caller waits. */
      readonly timeoutMs?: number;
    },
    settle: SettleEmbeddedCall,
  ): () => void {
    return this.caller.begin(path, request, options.metadata, options.timeoutMs, settle);
  }
}

function refusalOf({ name, message, problem }: Extract<FromThread, { kind: 'refused' }>): Error {
  if (problem !== undefined) return new StoreOpenError(problem as StoreOpenError['problem'], message);
  const error = new Error(message);
  error.name = name;
  return error;
}
