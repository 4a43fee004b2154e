import { LazyMap } from '@perdure/common/internal';

type Descriptors = LazyMap<PropertyKey, PropertyDescriptor | undefined>;

/**
 * The global object as one run sees it. All runs of a sandbox share its real global object; what a run adds to it, changes or
 * deletes is put in place when the run is entered and taken away when it is left. A run that touches nothing costs nothing.
 */
export class GlobalScope {
  /** What workflow code knows as `globalThis`. */
  readonly view: object;
  private readonly originals: Descriptors = new LazyMap();
  private changes: Descriptors = new LazyMap();

  constructor(private readonly real: object) {
    this.view = new Proxy(real, new Traps(this));
  }

  /** Puts the run's changes in place. */
  enter(): void {
    for (const [name, descriptor] of this.changes) put(this.real, name, descriptor);
  }

  /** Takes the run's changes away. */
  leave(): void {
    if (this.originals.size === 0) return;
    this.changes = new LazyMap();
    for (const [name, original] of this.originals) {
      this.changes.set(name, Object.getOwnPropertyDescriptor(this.real, name));
      put(this.real, name, original);
    }
  }

  /** Remembers what a name meant before the run changes it. */
  keepOriginal(name: PropertyKey): void {
    if (!this.originals.has(name)) this.originals.set(name, Object.getOwnPropertyDescriptor(this.real, name));
  }
}

class Traps implements ProxyHandler<object> {
  constructor(private readonly scope: GlobalScope) {}

  get(target: object, name: PropertyKey): unknown {
    if (name === 'globalThis' || name === 'self' || name === 'global') return this.scope.view;
    return Reflect.get(target, name) as unknown;
  }

  set(target: object, name: PropertyKey, value: unknown): boolean {
    this.scope.keepOriginal(name);
    return Reflect.set(target, name, value);
  }

  defineProperty(target: object, name: PropertyKey, descriptor: PropertyDescriptor): boolean {
    this.scope.keepOriginal(name);
    // It has to go away again when the run is left.
    return Reflect.defineProperty(target, name, { ...descriptor, configurable: true });
  }

  deleteProperty(target: object, name: PropertyKey): boolean {
    this.scope.keepOriginal(name);
    return Reflect.deleteProperty(target, name);
  }
}

function put(target: object, name: PropertyKey, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) Reflect.deleteProperty(target, name);
  else Reflect.defineProperty(target, name, descriptor);
}
