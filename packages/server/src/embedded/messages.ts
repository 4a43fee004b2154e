import type { ServerOptions } from '../main/options.js';

/** What a server on a thread of its own can be given: what can be sent there. Functions and clocks cannot. */
export type ThreadServerOptions = Omit<ServerOptions, 'clock' | 'onFatal'>;

/** What the thread is told. */
export type ToThread =
  /** A batch of frames of the call stream, without its prefix. */
  | { readonly kind: 'calls'; readonly batch: Uint8Array }
  | { readonly kind: 'stop'; readonly graceMs: number | undefined };

/** What the thread tells. */
export type FromThread =
  | { readonly kind: 'serving'; readonly address: string; readonly metricsAddress: string | undefined }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly name: string;
      /** Of a `StoreOpenError`. */
      readonly problem: string | undefined;
    }
  | { readonly kind: 'answers'; readonly batch: Uint8Array }
  | { readonly kind: 'fatal'; readonly message: string }
  | { readonly kind: 'stopped'; readonly error: string | undefined };
