import type { status } from '@grpc/grpc-js';
import { nameErrorClass } from '@perdure/common/internal';
import { decodeFromPayloadsAtIndex } from '@perdure/common/internal/conversion';
import type { enums } from '@perdure/protocol';
import { throwWorkflowError } from '../error-conversion.js';
import { isGrpcServiceError } from '../errors.js';
import { nexusCallOf } from '../nexus-call.js';
import { GrpcStatus } from '../transport/index.js';
import { type CallScope, encodeArguments, headerOf, serializationContext } from './call-scope.js';
import type { WorkflowQueryInput } from './interceptors.js';

/** The query was not put to the workflow, because of the reject condition and the state that the workflow is in. */
export class QueryRejectedError extends Error {
  static {
    nameErrorClass(this, 'QueryRejectedError');
  }

  constructor(readonly status: enums.WorkflowExecutionStatus) {
    super('Query rejected');
  }
}

/** The workflow has no handler for the query, or the handler threw. */
export class QueryNotRegisteredError extends Error {
  static {
    nameErrorClass(this, 'QueryNotRegisteredError');
  }

  constructor(
    message: string,
    /** A gRPC status number. */
    readonly code: status,
  ) {
    super(message);
  }
}

/** Puts a query to a workflow. */
export async function queryWorkflow(scope: CallScope, input: WorkflowQueryInput): Promise<unknown> {
  const { workflowExecution, queryType, args, typeInfo, headers, queryRejectCondition } = input;
  const { workflowId } = workflowExecution;
  const request = {
    namespace: scope.namespace,
    execution: workflowExecution,
    queryRejectCondition,
    query: {
      queryType,
      queryArgs: await encodeArguments(scope, workflowId, args, typeInfo?.inputTypes, `query "${queryType}"`),
      header: headerOf(headers),
    },
  };
  const response = await scope.service.queryWorkflow(request).catch((error: unknown) => {
    if (isGrpcServiceError(error) && Number(error.code) === GrpcStatus.INVALID_ARGUMENT) {
      throw new QueryNotRegisteredError(error.details, error.code);
    }
    return throwWorkflowError(error, 'Failed to query Workflow', workflowExecution);
  });
  const nexusCall = nexusCallOf(input);
  if (nexusCall !== undefined) nexusCall.responseLink = response.link;
  if (response.queryRejected !== undefined) throw new QueryRejectedError(response.queryRejected.status);
  if (response.queryResult === undefined) throw new TypeError('Invalid response from server');
  const context = serializationContext(scope, workflowId);
  const { payloads } = response.queryResult;
  return decodeFromPayloadsAtIndex(scope.dataConverter, 0, payloads, context, typeInfo?.outputType);
}
