import {
  effectivePriority,
  outgoingRequestId,
  runPriority,
  type ChildState,
  type ExecutionState,
} from '@perdure/engine';
import type { workflowservice } from '@perdure/protocol';

/** The start of a child as a request, the same however often it is made. */
export function childStartRequest(
  parent: ExecutionState,
  child: ChildState,
): { readonly request: workflowservice.IStartWorkflowExecutionRequest; readonly namespaceId: string } {
  const { attributes, initiatedEventId } = child;
  return {
    namespaceId: attributes.namespaceId ?? '',
    request: {
      namespace: attributes.namespace,
      workflowId: attributes.workflowId,
      workflowType: attributes.workflowType,
      taskQueue: attributes.taskQueue,
      input: attributes.input,
      header: attributes.header,
      workflowExecutionTimeout: attributes.workflowExecutionTimeout,
      workflowRunTimeout: attributes.workflowRunTimeout,
      workflowTaskTimeout: attributes.workflowTaskTimeout,
      requestId: outgoingRequestId(parent, initiatedEventId),
      workflowIdReusePolicy: attributes.workflowIdReusePolicy,
      retryPolicy: attributes.retryPolicy,
      cronSchedule: attributes.cronSchedule,
      memo: attributes.memo,
      searchAttributes: attributes.searchAttributes,
      priority: effectivePriority(attributes.priority, runPriority(parent)),
    },
  };
}
