import { HandlerError, type OperationHandler, type ServiceHandler, type TypeInfo } from 'nexus-rpc';
import type { Any } from '../any.js';

/** The handler of an operation, and how its values travel. */
export type RegisteredOperation = OperationHandler<unknown, unknown> & {
  readonly inputType?: TypeInfo<unknown, Any>;
  readonly outputType?: TypeInfo<unknown, Any>;
};

/** The Nexus services of a worker by name. */
export class ServiceRegistry {
  private readonly services = new Map<string, ServiceHandler>();

  /** Throws a TypeError for what are no handlers of services, or for two of the same name. */
  constructor(services: readonly ServiceHandler<Any>[] = []) {
    if (!Array.isArray(services)) {
      throw new TypeError('nexusServices must be an array of service handlers: nexusServices: [serviceHandler(...)]');
    }
    services.forEach((service: unknown, index) => {
      if (!isServiceHandler(service)) {
        throw new TypeError(
          `nexusServices[${index}] is no service handler: make one with serviceHandler(definition, handlers) of nexus-rpc`,
        );
      }
      const { name } = service.definition;
      if (this.services.has(name)) {
        throw new TypeError(`Two of nexusServices are called '${name}': a worker has one handler for each service`);
      }
      this.services.set(name, service);
    });
  }

  /** Whether there is nothing to run, and so no need to poll. */
  get isEmpty(): boolean {
    return this.services.size === 0;
  }

  /** The handler of an operation. Throws a `HandlerError` that says what is registered. */
  find(service: string, operation: string): RegisteredOperation {
    const handler = this.services.get(service);
    if (handler === undefined) {
      throw notFound(
        `No handler is registered for the Nexus service '${service}' on this worker`,
        this.services.keys(),
      );
    }
    const names = Object.values(handler.definition.operations).map(({ name }) => name);
    if (!names.includes(operation)) {
      throw notFound(`The Nexus service '${service}' has no operation '${operation}' on this worker`, names);
    }
    return handler.getOperationHandler(operation);
  }
}

function notFound(what: string, registered: Iterable<string>): HandlerError {
  return new HandlerError('NOT_FOUND', `${what}; registered are: ${JSON.stringify([...registered])}`);
}

/** By its shape: an application may have a copy of nexus-rpc of its own. */
function isServiceHandler(value: unknown): value is ServiceHandler {
  if (typeof value !== 'object' || value === null) return false;
  const { definition, getOperationHandler } = value as Partial<ServiceHandler>;
  return typeof definition?.name === 'string' && typeof getOperationHandler === 'function';
}
