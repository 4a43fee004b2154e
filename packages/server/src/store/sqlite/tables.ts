import { ShardFencedError } from '../errors.js';
import { checkShardId } from '../request-checks.js';
import type { MetadataTable, NamespaceTable, RecordTable, SearchAttributeTable } from '../store.js';
import { readNamespaces, writeNamespaces } from './namespaces.js';
import { readRecordPage, writeRecordChanges, writeRecordKey } from './records.js';
import { readSearchAttributeTypes, writeSearchAttributeTypes } from './search-attributes.js';
import type { ThreadClient } from './thread-client.js';
import { writePageEnd } from './wire/cursor.js';
import type { FlatReader } from './wire/flat.js';

const readFlag = (answer: FlatReader): boolean => answer.boolean();

/** The namespaces table as the two threads serve it. */
export function namespaceTable(writer: ThreadClient, reader: ThreadClient): NamespaceTable {
  return {
    create: (row) => writer.write('namespaceCreate', (request) => writeNamespaces(request, [row]), readFlag),
    update: (row) => writer.write('namespaceUpdate', (request) => writeNamespaces(request, [row]), readFlag),
    delete: (namespaceId) => writer.write('namespaceDelete', (request) => request.put(namespaceId), readFlag),
    byId: (namespaceId) =>
      reader.read(
        'namespaceById',
        (request) => request.put(namespaceId),
        (answer) => readNamespaces(answer)[0],
      ),
    byName: (name) =>
      reader.read(
        'namespaceByName',
        (request) => request.put(name),
        (answer) => readNamespaces(answer)[0],
      ),
    list: () => reader.read('namespaceList', () => undefined, readNamespaces),
  };
}

/** The search attribute registrations as the two threads serve them. */
export function searchAttributeTable(writer: ThreadClient, reader: ThreadClient): SearchAttributeTable {
  return {
    add: (namespaceId, types) =>
      writer.write(
        'searchAttributesAdd',
        (request) => writeSearchAttributeTypes(request.put(namespaceId), types),
        (answer) => answer.optionalString(),
      ),
    remove: (namespaceId, names) =>
      writer.write(
        'searchAttributesRemove',
        (request) => {
          request.put(namespaceId).put(names.length);
          for (const name of names) request.put(name);
        },
        () => undefined,
      ),
    list: (namespaceId) =>
      reader.read('searchAttributesList', (request) => request.put(namespaceId), readSearchAttributeTypes),
  };
}

/** Small values by key as the two threads serve them. */
export function metadataTable(writer: ThreadClient, reader: ThreadClient): MetadataTable {
  return {
    get: (key) =>
      reader.read(
        'metadataGet',
        (request) => request.put(key),
        (answer) => (answer.boolean() ? answer.blob() : undefined),
      ),
    set: (key, value) =>
      writer.write(
        'metadataSet',
        (request) => {
          request.put(key).put(value !== undefined);
          if (value !== undefined) request.blob(value);
        },
        () => undefined,
      ),
  };
}

/** Small records as the two threads serve them. */
export function recordTable(writer: ThreadClient, reader: ThreadClient, shardCount: number): RecordTable {
  return {
    write: async ({ shardId, epoch }, changes) => {
      checkShardId(shardId, shardCount);
      const isOwner = await writer.write(
        'recordsWrite',
        (request) => writeRecordChanges(request.put(shardId).put(epoch), changes),
        readFlag,
      );
      if (!isOwner) throw new ShardFencedError([shardId]);
    },
    read: (key) =>
      reader.read(
        'recordRead',
        (request) => writeRecordKey(request, key),
        (answer) => (answer.boolean() ? answer.blob().slice() : undefined),
      ),
    list: (namespaceId, kind, cursor, limit) =>
      reader.read(
        'recordsList',
        (request) => {
          writePageEnd(request.put(namespaceId).put(kind), cursor);
          request.put(limit);
        },
        readRecordPage,
      ),
    ofShard: (shardId, kind, cursor, limit) =>
      reader.read(
        'recordsOfShard',
        (request) => {
          writePageEnd(request.put(shardId).put(kind), cursor);
          request.put(limit);
        },
        readRecordPage,
      ),
  };
}
