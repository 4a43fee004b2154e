import { msToTimestamp, nexus } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import type { RecordKey, Store } from '../store/index.js';

/** Endpoints belong to the whole cluster: to no namespace. */
const NO_NAMESPACE = '';
const KIND = 'nexus-endpoint';
const PAGE_RECORDS = 200;

/** What endpoints are kept with. */
export interface EndpointPorts {
  readonly store: Store;
  readonly host: () => Pick<ExecutionHost, 'writeRecord'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Every Nexus endpoint, read once at start-up and kept in memory; changes are durable before they are seen. */
export class EndpointRegistry {
  private endpoints = new Map<string, nexus.Endpoint>();
  private lastChange: Promise<unknown> = Promise.resolve();
  /** The last write failed, and whether it took effect is not known: what is stored is read before the next change. */
  private isDoubtful = false;

  constructor(private readonly ports: EndpointPorts) {}

  /** Reads all endpoints. */
  async load(): Promise<void> {
    const { records } = this.ports.store;
    const found = new Map<string, nexus.Endpoint>();
    let cursor: Awaited<ReturnType<typeof records.list>>['cursor'];
    do {
      const page = await records.list(NO_NAMESPACE, KIND, cursor, PAGE_RECORDS);
      for (const { id, value } of page.rows) found.set(id, nexus.Endpoint.decode(value));
      cursor = page.cursor;
    } while (cursor !== undefined);
    this.endpoints = found;
    this.isDoubtful = false;
  }

  byId(id: string): nexus.Endpoint | undefined {
    return this.endpoints.get(id);
  }

  byName(name: string): nexus.Endpoint | undefined {
    for (const endpoint of this.endpoints.values()) if (endpoint.spec?.name === name) return endpoint;
    return undefined;
  }

  /** Some endpoint that leads to workers in this namespace. */
  leadingTo(namespace: string): nexus.Endpoint | undefined {
    for (const endpoint of this.endpoints.values())
      if (endpoint.spec?.target?.worker?.namespace === namespace) return endpoint;
    return undefined;
  }

  /** All of them, by id. */
  list(): readonly nexus.Endpoint[] {
    return [...this.endpoints.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** Registers an endpoint. Throws ALREADY_EXISTS if its name is taken. */
  create(spec: nexus.EndpointSpec): Promise<nexus.Endpoint> {
    return this.oneAtATime(async () => {
      this.refuseTakenName(spec.name, undefined);
      const id = this.ports.newId();
      return this.write({
        id,
        version: 1,
        spec,
        createdTime: msToTimestamp(this.ports.clock.nowMs()),
        urlPrefix: `/nexus/endpoints/${id}/services`,
      });
    });
  }

  /**
   * Replaces the spec of an endpoint. Throws NOT_FOUND, FAILED_PRECONDITION if the version is not the present one, or
   * ALREADY_EXISTS if another endpoint has the name.
   */
  update(id: string, version: number, spec: nexus.EndpointSpec): Promise<nexus.Endpoint> {
    return this.oneAtATime(async () => {
      const before = this.present(id, version);
      this.refuseTakenName(spec.name, id);
      const lastModifiedTime = msToTimestamp(this.ports.clock.nowMs());
      return this.write({ ...before, version: version + 1, spec, lastModifiedTime });
    });
  }

  /** Forgets an endpoint. Throws NOT_FOUND, or FAILED_PRECONDITION if the version is not the present one. */
  delete(id: string, version: number): Promise<void> {
    return this.oneAtATime(async () => {
      this.present(id, version);
      await this.writeRecord(id, undefined);
      this.endpoints.delete(id);
    });
  }

  /** Changes are rare; one after the other, no two endpoints get one name. */
  private oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.lastChange.then(async () => {
      if (this.isDoubtful) await this.load();
      return work();
    });
    this.lastChange = result.catch(() => undefined);
    return result;
  }

  private async write(endpoint: nexus.IEndpoint & { readonly id: string }): Promise<nexus.Endpoint> {
    const value = nexus.Endpoint.encode(endpoint);
    await this.writeRecord(endpoint.id, value);
    // Read back rather than kept: the request may be a view on the buffer of a connection.
    const written = nexus.Endpoint.decode(value);
    this.endpoints.set(written.id, written);
    return written;
  }

  private async writeRecord(id: string, value: Uint8Array | undefined): Promise<void> {
    const key: RecordKey = { namespaceId: NO_NAMESPACE, kind: KIND, id };
    this.isDoubtful = true;
    await this.ports.host().writeRecord(key, value);
    this.isDoubtful = false;
  }

  private present(id: string, version: number): nexus.Endpoint {
    const endpoint = this.endpoints.get(id);
    if (endpoint === undefined) throw endpointNotFound(id);
    if (endpoint.version === version) return endpoint;
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Nexus endpoint ${id} has version ${endpoint.version}, not ${version}: it has been changed meanwhile. Get it, and try again.`,
    );
  }

  private refuseTakenName(name: string, ownId: string | undefined): void {
    const taken = this.byName(name);
    if (taken !== undefined && taken.id !== ownId)
      throw new ServiceError('ALREADY_EXISTS', `Nexus endpoint "${name}" already exists. Choose another name.`);
  }
}

/** What a caller is told about an id that is of no endpoint. */
export function endpointNotFound(id: string): ServiceError {
  return new ServiceError('NOT_FOUND', `Nexus endpoint with id ${id} is not found.`, {
    type: 'NotFoundFailure',
    fields: {},
  });
}
