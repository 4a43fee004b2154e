import type { SearchAttributeType, SearchAttributeTypes } from '@perdure/engine';
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
    throw new ServiceError('NOT_FOUND', `Namespace ${name} is not found.`, { type: 'NamespaceNotFoundFailure', fields: { namespace: name } });
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

  searchAttributeType(namespaceId: string, name: string): SearchAttributeType | undefined {
    return this.byIdMap.get(namespaceId)?.searchAttributes[name];
  }

  /** Registers a namespace. Throws ALREADY_EXISTS. */
  async create(record: workflowservice.IDescribeNamespaceResponse): Promise<Namespace> {
    const namespace = namespaceFrom(record, {});
    const created = await this.store.namespaces.create(rowOf(namespace));
    if (!created) throw new ServiceError('ALREADY_EXISTS', `Namespace ${namespace.name} already exists.`, { type: 'NamespaceAlreadyExistsFailure', fields: {} });
    this.remember(namespace);
    return namespace;
  }

  /** Replaces what is known of a namespace; its name stays. */
  async update(before: Namespace, record: workflowservice.IDescribeNamespaceResponse): Promise<Namespace> {
    const namespace = namespaceFrom(record, before.searchAttributes);
    await this.store.namespaces.update(rowOf(namespace));
    this.forget(before);
    this.remember(namespace);
    return namespace;
  }

  async delete(namespace: Namespace): Promise<void> {
    await this.store.namespaces.delete(namespace.id);
    this.forget(namespace);
  }

  /** Registers custom search attributes. Throws ALREADY_EXISTS if a name is taken with another type. */
  async addSearchAttributes(namespace: Namespace, types: SearchAttributeTypes): Promise<void> {
    const taken = await this.store.searchAttributes.add(namespace.id, types);
    if (taken !== undefined) throw new ServiceError('ALREADY_EXISTS', `Search attribute ${taken} already exists with another type.`);
    this.remember({ ...namespace, searchAttributes: { ...namespace.searchAttributes, ...types } });
  }

  async removeSearchAttributes(namespace: Namespace, names: readonly string[]): Promise<void> {
    await this.store.searchAttributes.remove(namespace.id, names);
    const searchAttributes = Object.fromEntries(Object.entries(namespace.searchAttributes).filter(([name]) => !names.includes(name)));
    this.remember({ ...namespace, searchAttributes });
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

function namespaceFrom(record: workflowservice.IDescribeNamespaceResponse, searchAttributes: SearchAttributeTypes): Namespace {
  const retention = record.config?.workflowExecutionRetentionTtl;
  const retentionMs = retention == null ? DAY_MS : (retention.seconds ?? 0) * 1000 + (retention.nanos ?? 0) / 1e6;
  const info = { state: NamespaceState.NAMESPACE_STATE_REGISTERED, ...record.namespaceInfo };
  return { id: info.id ?? '', name: info.name ?? '', record: { ...record, namespaceInfo: info }, retentionMs, searchAttributes };
}

function rowOf(namespace: Namespace): { namespaceId: string; name: string; record: Uint8Array } {
  return { namespaceId: namespace.id, name: namespace.name, record: workflowservice.DescribeNamespaceResponse.encode(namespace.record) };
}
