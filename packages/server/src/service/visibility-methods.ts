import { executionStatuses, parseVisibilityQuery, type VisibilityCondition } from '@perdure/engine';
import { services as api, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { Namespace } from '../namespace/index.js';
import { method } from './handlers.js';
import { listedExecution } from './listed-execution.js';
import { closedFilters, openFilters } from './list-filters.js';
import { decodeExecutionPageToken, encodeExecutionPageToken } from './page-tokens.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;

/**
 * List, Scan and Count. Each brings what has been decided so far into the tables first, so that a list shows every
 * execution whose start was acknowledged before the call.
 */
export function visibilityMethods(services: Services): AnyRpcMethod[] {
  const listByQuery = (
    request: workflowservice.ListWorkflowExecutionsRequest | workflowservice.ScanWorkflowExecutionsRequest,
  ) => {
    const namespace = services.namespaces.resolve(request.namespace);
    return list(services, namespace, { ...request, where: parsedQuery(namespace, request.query, 'list').where });
  };
  return [
    method(methods.ListWorkflowExecutions, listByQuery),
    method(methods.ScanWorkflowExecutions, listByQuery),
    method(methods.CountWorkflowExecutions, async (request) => count(services, request)),
    method(methods.ListOpenWorkflowExecutions, async (request) => {
      const namespace = services.namespaces.resolve(request.namespace);
      return list(services, namespace, { ...request, pageSize: request.maximumPageSize, where: openFilters(request) });
    }),
    method(methods.ListClosedWorkflowExecutions, async (request) => {
      const namespace = services.namespaces.resolve(request.namespace);
      return list(services, namespace, {
        ...request,
        pageSize: request.maximumPageSize,
        where: closedFilters(request),
      });
    }),
    method(methods.ListArchivedWorkflowExecutions, async (request) => {
      services.namespaces.resolve(request.namespace);
      throw new ServiceError('INVALID_ARGUMENT', 'Cluster is not configured for visibility archival.');
    }),
  ];
}

interface ListRequest {
  readonly pageSize: number;
  readonly nextPageToken: Uint8Array;
  readonly where: VisibilityCondition | undefined;
}

async function list(
  services: Services,
  namespace: Namespace,
  request: ListRequest,
): Promise<workflowservice.IListWorkflowExecutionsResponse> {
  const { pageSize, nextPageToken, where } = request;
  const { host, store, limits } = services;
  if (pageSize < 0) throw new ServiceError('INVALID_ARGUMENT', `PageSize ${pageSize} is negative.`);
  const size = Math.min(pageSize || limits.visibilityPageSize, limits.visibilityPageSize);
  const cursor = decodeExecutionPageToken(nextPageToken);
  await host.drain();
  const page = await store.listVisibility({ namespaceId: namespace.id, where, pageSize: size, cursor });
  return {
    executions: page.rows.map((row) => listedExecution(namespace, row)),
    nextPageToken: encodeExecutionPageToken(page.cursor),
  };
}

const statusNames = new Map(Object.entries(executionStatuses).map(([name, status]) => [status, name]));
const encoder = new TextEncoder();
const KEYWORD_METADATA = { encoding: encoder.encode('json/plain'), type: encoder.encode('Keyword') };

async function count(
  services: Services,
  request: workflowservice.CountWorkflowExecutionsRequest,
): Promise<workflowservice.ICountWorkflowExecutionsResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const { where, groupBy } = parsedQuery(namespace, request.query, 'count');
  await services.host.drain();
  const counted = await services.store.countVisibility({ namespaceId: namespace.id, where, groupBy });
  const groups = counted.groups.map((group) => ({
    groupValues: [
      {
        metadata: KEYWORD_METADATA,
        data: encoder.encode(JSON.stringify(statusNames.get(group.status) ?? 'Unspecified')),
      },
    ],
    count: group.count,
  }));
  return { count: counted.count, groups };
}

/** Parses a query with the search attributes of the namespace. Throws INVALID_ARGUMENT. */
export function parsedQuery({ searchAttributes }: Namespace, text: string, use: 'list' | 'count') {
  const query = parseVisibilityQuery(text, { searchAttributes, use });
  if ('rejected' in query) throw ServiceError.fromRejection(query);
  return query;
}
