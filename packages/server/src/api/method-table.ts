import { ServiceError } from './service-error.js';
import type { MethodObserver, RpcObserver } from './rpc-observer.js';
import { type AnyRpcMethod, serviceName, shortMethodName } from './rpc.js';

/** A method with what a transport prepares once. */
export interface MethodEntry {
  readonly method: AnyRpcMethod;
  readonly name: string;
  readonly observer: MethodObserver;
}

/** The methods a transport serves, by path. */
export class MethodTable {
  private readonly entries = new Map<string, MethodEntry>();
  private readonly services = new Set<string>();

  /** @throws Error when two methods have the same path. */
  constructor(methods: Iterable<AnyRpcMethod>, observer: RpcObserver) {
    for (const method of methods) {
      const { path } = method;
      if (this.entries.has(path)) throw new Error(`two handlers are registered for ${path}`);
      const service = serviceName(path);
      const name = shortMethodName(path);
      this.services.add(service);
      this.entries.set(path, { method, name, observer: observer.forMethod(service, name) });
    }
  }

  /** The method at a path, or `undefined`. */
  get(path: string): MethodEntry | undefined {
    return this.entries.get(path);
  }

  /** What a caller of an unknown path is told. */
  unimplemented(path: string): ServiceError {
    const service = serviceName(path);
    const message = this.services.has(service)
      ? `this server does not implement method ${shortMethodName(path)} of service ${service}`
      : `this server does not implement service ${service}`;
    return new ServiceError('UNIMPLEMENTED', message);
  }
}
