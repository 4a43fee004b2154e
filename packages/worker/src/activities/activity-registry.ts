import { ApplicationFailure } from '@perdure/common';
import type { ActivityFunction } from '@perdure/common';
import type { Any } from '../any.js';

/** A function that is registered, and the object that it is a method of. */
export interface RegisteredActivity {
  readonly run: ActivityFunction<Any[], Any>;
  readonly self: object | undefined;
}

/** The name of the activity that runs what nobody else is registered for. */
const DEFAULT_ACTIVITY = 'default';

/** The activity functions of a worker by name: those of an object, a map, or an instance of a class with its methods. */
export class ActivityRegistry {
  private readonly registered = new Map<string, RegisteredActivity>();

  /** Values that are no functions are left out. Throws a TypeError for what is neither an object nor a map. */
  constructor(activities: object = {}) {
    if (typeof activities !== 'object' || activities === null) {
      throw new TypeError(`Activities are given as an object or a map of functions, not as ${typeof activities}`);
    }
    if (Array.isArray(activities)) {
      throw new TypeError('Activities are given by their names: as an object or a map of functions, not as an array');
    }
    if (typeof (activities as Partial<Promise<unknown>>).then === 'function') {
      throw new TypeError('Activities are given as an object or a map of functions, not as a promise of one: await it');
    }
    if (activities instanceof Map) {
      for (const [name, value] of activities as Map<unknown, unknown>) this.register(name, value, undefined);
    } else {
      for (const name of namesOf(activities)) this.register(name, Reflect.get(activities, name), activities);
    }
  }

  /** What is registered. */
  get names(): readonly string[] {
    return [...this.registered.keys()];
  }

  /** Whether there is nothing to run, and so no need to poll. */
  get isEmpty(): boolean {
    return this.registered.size === 0;
  }

  /** The function of that name, or the one called `default`. Throws a retryable failure that lists what is registered. */
  find(activityType: string): RegisteredActivity {
    const found = this.registered.get(activityType) ?? this.registered.get(DEFAULT_ACTIVITY);
    if (found !== undefined) return found;
    const names = JSON.stringify(this.names);
    throw ApplicationFailure.create({
      type: 'NotFoundError',
      message: `Activity function ${activityType} is not registered on this Worker, available activities: ${names}`,
    });
  }

  private register(name: unknown, value: unknown, self: object | undefined): void {
    if (typeof name !== 'string' || typeof value !== 'function') return;
    this.registered.set(name, { run: value as RegisteredActivity['run'], self });
  }
}

/** The names of an object's own properties and of the methods of its class and of those that this extends. */
function namesOf(activities: object): readonly string[] {
  const names = new Set(Object.keys(activities));
  for (
    let prototype = Object.getPrototypeOf(activities) as object | null;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const property = Object.getOwnPropertyDescriptor(prototype, name);
      // Getters are not asked: they may do anything.
      if (name !== 'constructor' && typeof property?.value === 'function') names.add(name);
    }
  }
  return [...names];
}
