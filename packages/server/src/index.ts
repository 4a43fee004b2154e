// The Perdure server as a library: start it in this process, on memory or on a file.
// Exports the way in only; everything else belongs to the folders behind it.
export type { TlsOptions } from './api/index.js';
export { type Clock, type ClockTimer, SystemClock } from './clock.js';
export * from './embedded/index.js';
export { ListenError, type PortOption } from './listen-error.js';
export type { ServerOptions, StoreSetting } from './main/options.js';
export { tuneV8 } from './main/tune-v8.js';
export { type RunningServer, startServer } from './main/start-server.js';
export { StoreOpenError } from './store/index.js';
