import { typeOfSearchAttribute, type SearchAttributeType, type SearchAttributeTypes } from '@perdure/engine';
import { enums, workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Store } from '../store/index.js';

const { NamespaceState } = enums;
const DAY_MS = 86_400_000;

/** A namespace as the server works with it. */
export interface Namespace {
  readonly id: string;
  readonly name: string;
  /** What DescribeNamespace answers; also what is stored. */
  readonly record: workflowservice.IDescribeNamespaceResponse;
  readonly retentionMs: number;
  readonly searchAttributes: SearchAttributeTypes;
}

/** Every namespace, read once at start-up and kept in memory; changes are durable before they are seen. */
export class NamespaceRegistry {
  private readonly byNameMap = new Map<string, Namespace>();
  private readonly byIdMap = new Map<string, Namespace>();
  private lastChange: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: Store) {}

  /** Reads all namespaces. */
  async load(): Promise<void> {
    for (const row of await this.store.namespaces.list()) {
      const searchAttributes = await this.store.searchAttributes.list(row.namespaceId);
      this.remember(namespaceFrom(workflowservice.DescribeNamespaceResponse.decode(row.record), searchAttributes));
    }
  }

  /** The namespace of a request. Throws NOT_FOUND, or INVALID_ARGUMENT if none is named. */
  resolve(name: string): Namespace {
    const namespace = this.byNameMap.get(name);
    if (namespace !== undefined) return namespace;
    if (name === '') throw new ServiceError('INVALID_ARGUMENT', 'Namespace not set on request.');
    throw namespaceNotFound(name);
  }

  byName(name: string): Namespace | undefined {
    return this.byNameMap.get(name);
  }

  byId(id: string): Namespace | undefined {
    return this.byIdMap.get(id);
  }

  list(): Namespace[] {
    return [...this.byNameMap.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  retentionMs(namespaceId: string): number {
    return this.byIdMap.get(namespaceId)?.retentionMs ?? DAY_MS;
  }

  /** The type of a search attribute there: its own, or the system's. */
  searchAttributeType(namespaceId: string, name: string): SearchAttributeType | undefined {
    return typeOfSearchAttribute(this.byIdMap.get(namespaceId)?.searchAttributes, name);
  }

  /** The namespace of a start: deprecated and deleted ones take none. Throws FAILED_PRECONDITION, or as `resolve`. */
  resolveForStart(name: string): Namespace {
    const namespace = this.resolve(name);
    const state = namespace.record.namespaceInfo?.state ?? NamespaceState.NAMESPACE_STATE_REGISTERED;
    if (state === NamespaceState.NAMESPACE_STATE_REGISTERED) return namespace;
    const stateName = state === NamespaceState.NAMESPACE_STATE_DEPRECATED ? 'Deprecated' : 'Deleted';
    throw new ServiceError('FAILED_PRECONDITION', `Namespace has invalid state: ${stateName}. Must be Registered.`, {
      type: 'NamespaceInvalidStateFailure',
      fields: { namespace: name, state, allowedStates: [NamespaceState.NAMESPACE_STATE_REGISTERED] },
    });
  }

  /** Registers a namespace. Throws ALREADY_EXISTS. */
  create(record: workflowservice.IDescribeNamespaceResponse): Promise<Namespace> {
    return this.oneAtATime(async () => {
      const namespace = namespaceFrom(record, {});
      const created = await this.store.namespaces.create(rowOf(namespace));
      if (!created) throw alreadyExists(namespace.name);
      this.remember(namespace);
      return namespace;
    });
  }

  /** Replaces what is known of a namespace by what `change` makes of it. Throws NOT_FOUND if it has gone meanwhile. */
  update(
    namespaceId: string,
    change: (before: Namespace) => workflowservice.IDescribeNamespaceResponse,
  ): Promise<Namespace> {
    return this.oneAtATime(async () => {
      const before = this.present(namespaceId);
      const namespace = namespaceFrom(change(before), before.searchAttributes);
      const updated = await this.store.namespaces.update(rowOf(namespace));
      if (!updated) throw alreadyExists(namespace.name);
      this.forget(before);
      this.remember(namespace);
      return namespace;
    });
  }

  /** Forgets a namespace and its search attributes. Its executions must be gone. */
  delete(namespaceId: string): Promise<void> {
    return this.oneAtATime(async () => {
      const namespace = this.present(namespaceId);
      await this.store.searchAttributes.remove(namespace.id, Object.keys(namespace.searchAttributes));
      await this.store.namespaces.delete(namespace.id);
      this.forget(namespace);
    });
  }

  /** Registers custom search attributes. Throws ALREADY_EXISTS if a name is taken with another type. */
  addSearchAttributes(namespaceId: string, types: SearchAttributeTypes): Promise<void> {
    return this.oneAtATime(async () => {
      const namespace = this.present(namespaceId);
      const taken = await this.store.searchAttributes.add(namespace.id, types);
      if (taken !== undefined) {
        throw new ServiceError(
          'ALREADY_EXISTS',
          `Search attribute ${taken} already exists with type ${namespace.searchAttributes[taken] ?? 'unknown'}.`,
        );
      }
      this.remember({ ...namespace, searchAttributes: { ...namespace.searchAttributes, ...types } });
    });
  }

  /** Takes custom search attributes out of use; unknown names are passed over. */
  removeSearchAttributes(namespaceId: string, names: readonly string[]): Promise<void> {
    return this.oneAtATime(async () => {
      const namespace = this.present(namespaceId);
      await this.store.searchAttributes.remove(namespace.id, names);
      const kept = Object.entries(namespace.searchAttributes).filter(([name]) => !names.includes(name));
      this.remember({ ...namespace, searchAttributes: Object.fromEntries(kept) });
    });
  }

  /** Changes are rare; one after the other, none is lost to another that was decided on the same past. */
  private oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.lastChange.then(work);
    this.lastChange = result.catch(() => undefined);
    return result;
  }

  private present(namespaceId: string): Namespace {
    const namespace = this.byIdMap.get(namespaceId);
    if (namespace === undefined) throw namespaceNotFound(namespaceId);
    return namespace;
  }

  private remember(namespace: Namespace): void {
    this.byNameMap.set(namespace.name, namespace);
    this.byIdMap.set(namespace.id, namespace);
  }

  private forget(namespace: Namespace): void {
    this.byNameMap.delete(namespace.name);
    this.byIdMap.delete(namespace.id);
  }
}

/** What a caller is told about a name or an id that is no namespace. */
export function namespaceNotFound(nameOrId: string): ServiceError {
  return new ServiceError('NOT_FOUND', `Namespace ${nameOrId} is not found.`, {
    type: 'NamespaceNotFoundFailure',
    fields: { namespace: nameOrId },
  });
}

function alreadyExists(name: string): ServiceError {
  return new ServiceError('ALREADY_EXISTS', `Namespace "${name}" already exists`, {
    type: 'NamespaceAlreadyExistsFailure',
    fields: {},
  });
}

function namespaceFrom(
  record: workflowservice.IDescribeNamespaceResponse,
  searchAttributes: SearchAttributeTypes,
): Namespace {
  const retention = record.config?.workflowExecutionRetentionTtl;
  const retentionMs = retention == null ? DAY_MS : (retention.seconds ?? 0) * 1000 + (retention.nanos ?? 0) / 1e6;
  const info = { state: NamespaceState.NAMESPACE_STATE_REGISTERED, ...record.namespaceInfo };
  return {
    id: info.id ?? '',
    name: info.name ?? '',
    record: { ...record, namespaceInfo: info },
    retentionMs,
    searchAttributes,
  };
}

function rowOf(namespace: Namespace): { namespaceId: string; name: string; record: Uint8Array } {
  return {
    namespaceId: namespace.id,
    name: namespace.name,
    record: workflowservice.DescribeNamespaceResponse.encode(namespace.record),
  };
}
