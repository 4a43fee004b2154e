import { newAsyncLocalStorage } from './runtime/outside.js';

/** Groups events of the history for whoever looks at it. */
export interface EventGroupMarker {
  /** Everything that the function asks for is of the group. */
  withScope<T>(fn: () => Promise<T>): Promise<T>;
}

/** A group with its name. */
export class NamedEventGroup implements EventGroupMarker {
  constructor(
    readonly label: string,
    readonly id: string,
  ) {}

  withScope<T>(fn: () => Promise<T>): Promise<T> {
    storage ??= newAsyncLocalStorage();
    return storage.run([...(storage.getStore() ?? []), this], fn);
  }
}

let storage: ReturnType<typeof newAsyncLocalStorage<readonly NamedEventGroup[]>> | undefined;

/**
 * A group of events with a label, for user interfaces that show groups. Our server does not record them yet, so that today
 * a group is only a scope.
 */
export function createEventGroup(label: string, options: { id?: string } = {}): EventGroupMarker {
  return new NamedEventGroup(label, options.id ?? label);
}
