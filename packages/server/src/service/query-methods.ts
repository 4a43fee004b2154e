import { invalidId, invalidPayloads } from '@perdure/engine';
import { enums, services as api } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import { decodeQueryTaskToken } from '../tasks/index.js';
import { method } from './handlers.js';
import { require, runTarget } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;
const { QueryResultType } = enums;

/** QueryWorkflow and RespondQueryTaskCompleted. */
export function queryMethods({ namespaces, queries, limits }: Services): AnyRpcMethod[] {
  return [
    method(methods.QueryWorkflow, (request, context) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.execution);
      const { query } = request;
      if (query === undefined) throw new ServiceError('INVALID_ARGUMENT', 'Query is not set on request.');
      require(() => invalidId('QueryType', query.queryType, limits), () =>
        invalidPayloads('QueryArgs', query.queryArgs, limits));
      return queries.query(target, query, request.queryRejectCondition, context);
    }),
    method(methods.RespondQueryTaskCompleted, async (request) => {
      const namespace = namespaces.resolve(request.namespace);
      const token = decodeQueryTaskToken(request.taskToken);
      if (token.namespaceId !== namespace.id)
        throw new ServiceError('INVALID_ARGUMENT', 'Task token does not belong to the namespace of the request.');
      const { completedType: resultType, queryResult: answer, errorMessage, failure } = request;
      const known =
        resultType === QueryResultType.QUERY_RESULT_TYPE_ANSWERED ||
        resultType === QueryResultType.QUERY_RESULT_TYPE_FAILED;
      if (!known) throw new ServiceError('INVALID_ARGUMENT', 'CompletedType is not set on request.');
      const tooLarge = invalidPayloads('QueryResult', answer, limits);
      const result =
        tooLarge === undefined
          ? { resultType, answer, errorMessage, failure }
          : { resultType: QueryResultType.QUERY_RESULT_TYPE_FAILED, errorMessage: tooLarge };
      queries.answerDirect(namespace.id, token.queryId, result);
      return Promise.resolve({});
    }),
  ];
}
