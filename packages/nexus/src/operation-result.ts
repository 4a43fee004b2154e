import { HandlerStartOperationResult } from 'nexus-rpc';

const operationResult: unique symbol = Symbol('perdure.operationResult');

/** How a `TemporalOperationHandler` answers a start. */
export interface TemporalOperationResult<T> {
  readonly [operationResult]: HandlerStartOperationResult<T>;
}

/** Makes results. */
export const TemporalOperationResult = {
  /** The operation has ended, with this result. */
  sync<T>(value: T): TemporalOperationResult<T> {
    return { [operationResult]: HandlerStartOperationResult.sync(value) };
  },
  /** The operation goes on, and is known by this token. */
  async<T = unknown>(token: string): TemporalOperationResult<T> {
    return { [operationResult]: HandlerStartOperationResult.async(token) };
  },
};

/** The result as Nexus knows it. Throws a TypeError for anything else, which says what handlers return. */
export function resultOf<T>(result: TemporalOperationResult<T>): HandlerStartOperationResult<T> {
  const given: unknown = result;
  if (typeof given === 'object' && given !== null && operationResult in given) return result[operationResult];
  throw new TypeError(
    'The start handler of a TemporalOperationHandler returned no result: return that of client.startWorkflow(), ' +
      'startActivity() or update(), or make one with TemporalOperationResult.sync(value)',
  );
}
