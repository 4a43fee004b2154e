import { readNamespaces } from '../namespaces.js';
import { readSearchAttributeTypes } from '../search-attributes.js';
import { readLease, writeLease } from '../shards.js';
import type { Operation } from '../wire/messages.js';
import type { OperationHandler } from './read-operations.js';

/** Small changes, each durable in a transaction of its own. Commits and materialisations are the writer's own business. */
export const writeOperations: { readonly [name in Operation]?: OperationHandler } = {
  acquireShard: ({ shards }, request, reply) => {
    const acquired = shards.acquire(request.number(), request.string(), request.number());
    writeLease(reply, acquired);
    reply.put(acquired.lastPosition);
  },
  renewShard: ({ shards }, request, reply) => {
    const lease = readLease(request);
    const isOwner = shards.state(lease.shardId).epoch === lease.epoch;
    if (isOwner) shards.renew(lease);
    reply.put(isOwner);
  },
  namespaceCreate: ({ namespaces }, request, reply) => {
    reply.put(readNamespaces(request).every((row) => namespaces.create(row)));
  },
  namespaceUpdate: ({ namespaces }, request, reply) => {
    reply.put(readNamespaces(request).every((row) => namespaces.update(row)));
  },
  namespaceDelete: ({ namespaces, records }, request, reply) => {
    const namespaceId = request.string();
    records.deleteNamespace(namespaceId);
    reply.put(namespaces.delete(namespaceId));
  },
  searchAttributesAdd: ({ searchAttributes }, request, reply) => {
    reply.put(searchAttributes.add(request.string(), readSearchAttributeTypes(request)));
  },
  searchAttributesRemove: ({ searchAttributes }, request) => {
    const namespaceId = request.string();
    const names = Array.from({ length: request.number() }, () => request.string());
    searchAttributes.remove(namespaceId, names);
  },
  metadataSet: ({ metadata }, request) => {
    const key = request.string();
    metadata.set(key, request.boolean() ? request.blob() : undefined);
  },
  recordsWrite: ({ shards, records }, request, reply) => {
    const shardId = request.number();
    const isOwner = shards.state(shardId).epoch === request.number();
    if (isOwner) records.write(shardId, request);
    reply.put(isOwner);
  },
};
