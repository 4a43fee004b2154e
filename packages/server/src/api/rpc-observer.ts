/** Hears about the calls of one method; called on the hot path, so it must only add numbers. */
export interface MethodObserver {
  started(): void;
  /** `grpcStatus` is a gRPC status number, 0 for success; sizes are of the messages before compression. */
  finished(grpcStatus: number, durationMs: number, requestBytes: number, responseBytes: number): void;
}

/** Makes the observers of methods; asked once a method, when a transport is built. */
export interface RpcObserver {
  forMethod(service: string, method: string): MethodObserver;
}

/** Observes nothing. */
export const silentObserver: RpcObserver = {
  forMethod: () => ({ started: () => undefined, finished: () => undefined }),
};
