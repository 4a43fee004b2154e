import type { VisibilityCondition } from '@perdure/engine/visibility';
import { readHistoryRange } from '../history.js';
import { writeNamespaces } from '../namespaces.js';
import { readRecordKey } from '../records.js';
import { writeSearchAttributeTypes } from '../search-attributes.js';
import { writeLease } from '../shards.js';
import { readPageEnd } from '../wire/cursor.js';
import type { FlatReader, FlatWriter } from '../wire/flat.js';
import type { Operation } from '../wire/messages.js';
import { readRunKey } from '../wire/run-key.js';
import type { SqliteTables } from './tables.js';

/** Takes the arguments of a request and writes what it answers. */
export type OperationHandler = (tables: SqliteTables, request: FlatReader, reply: FlatWriter) => void;

/** Everything that only reads. The reader thread knows these and no others. */
export const readOperations: { readonly [name in Operation]?: OperationHandler } = {
  readShard: ({ shards }, request, reply) => {
    const lease = shards.read(request.number());
    reply.put(lease !== undefined);
    if (lease !== undefined) writeLease(reply, lease);
  },
  readJournal: ({ journal }, request, reply) => journal.readAfter(request.number(), request.number(), reply),
  loadExecution: ({ executions }, request, reply) =>
    executions.load(request.string(), request.string(), request.optionalString(), reply),
  listRuns: ({ executions }, request, reply) => executions.listRuns(request.string(), request.string(), reply),
  dueExecutions: ({ executions }, request, reply) =>
    executions.due(request.number(), request.number(), readPageEnd(request), request.number(), reply),
  attentionExecutions: ({ executions }, request, reply) =>
    executions.attention(request.number(), readPageEnd(request), request.number(), reply),
  workflowIds: ({ executions }, request, reply) =>
    executions.workflowIds(readPageEnd(request), request.number(), reply),
  readHistory: ({ history }, request, reply) => history.read(readRunKey(request), readHistoryRange(request), reply),
  listVisibility: ({ visibility }, request, reply) =>
    visibility.list(request.string(), readCondition(request), request.number(), readPageEnd(request), reply),
  countVisibility: ({ visibility }, request, reply) =>
    visibility.count(request.string(), readCondition(request), request.optionalString(), reply),
  namespaceById: ({ namespaces }, request, reply) => {
    const row = namespaces.byId(request.string());
    writeNamespaces(reply, row === undefined ? [] : [row]);
  },
  namespaceByName: ({ namespaces }, request, reply) => {
    const row = namespaces.byName(request.string());
    writeNamespaces(reply, row === undefined ? [] : [row]);
  },
  namespaceList: ({ namespaces }, _request, reply) => writeNamespaces(reply, namespaces.list()),
  searchAttributesList: ({ searchAttributes }, request, reply) =>
    writeSearchAttributeTypes(reply, searchAttributes.list(request.string())),
  metadataGet: ({ metadata }, request, reply) => {
    const value = metadata.get(request.string());
    reply.put(value !== undefined);
    if (value !== undefined) reply.blob(value);
  },
  recordRead: ({ records }, request, reply) => {
    const value = records.read(readRecordKey(request));
    reply.put(value !== undefined);
    if (value !== undefined) reply.blob(value);
  },
  recordsList: ({ records }, request, reply) =>
    records.list(request.string(), request.string(), readPageEnd(request), request.number(), reply),
  recordsOfShard: ({ records }, request, reply) =>
    records.ofShard(request.number(), request.string(), readPageEnd(request), request.number(), reply),
  integrityCheck: (tables, _request, reply) => {
    const problems = tables.problems();
    reply.put(problems.length);
    for (const problem of problems) reply.put(problem);
  },
};

/** Conditions are plain data of any shape, so they travel as JSON. */
function readCondition(request: FlatReader): VisibilityCondition | undefined {
  const json = request.optionalString();
  return json === undefined ? undefined : (JSON.parse(json) as VisibilityCondition);
}
