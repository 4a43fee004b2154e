import {
  invalidId,
  invalidPayloads,
  isClosed,
  requestCancel,
  signalExecution,
  terminateExecution,
} from '@perdure/engine';
import { services as api } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { LiveExecution, RunTarget } from '../shard/index.js';
import { method } from './handlers.js';
import { require, runTarget } from './request-checks.js';
import { resetWorkflow } from './reset.js';
import type { Services } from './services.js';
import { signalLink } from './signal-link.js';

const { methods } = api.WorkflowService;

/** What is done to an execution from outside: signal, cancel, terminate, reset, delete. */
export function outsideMethods(services: Services): AnyRpcMethod[] {
  const { namespaces, host, limits } = services;
  return [
    method(methods.SignalWorkflowExecution, async (request) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.workflowExecution);
      require(() => invalidId('SignalName', request.signalName, limits), () =>
        invalidId('RequestId', request.requestId, limits, { optional: true }), () =>
        invalidPayloads('Input', request.input, limits));
      const { signalName: name, input, header, identity, requestId, links } = request;
      let runId = '';
      await host.execute(target, (live, context) => {
        ({ runId } = live.state.key);
        return signalExecution(live.state, { name, input, header, identity, requestId, links }, context);
      });
      return { link: signalLink(request.namespace, { workflowId: target.workflowId, runId }, requestId) };
    }),
    method(methods.RequestCancelWorkflowExecution, async (request) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.workflowExecution);
      const { reason, identity, requestId, links } = request;
      await host.execute(target, (live, context) => {
        checkChain(live, request.firstExecutionRunId);
        return requestCancel(live.state, { reason, identity, requestId, links }, context);
      });
      return {};
    }),
    method(methods.TerminateWorkflowExecution, async (request) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.workflowExecution);
      require(() => invalidPayloads('Details', request.details, limits));
      const { reason, details, identity, links } = request;
      await host.execute(target, (live, context) => {
        checkChain(live, request.firstExecutionRunId);
        return terminateExecution(live.state, { reason, details, identity, links }, context);
      });
      return {};
    }),
    method(methods.ResetWorkflowExecution, (request) => resetWorkflow(services, request)),
    method(methods.DeleteWorkflowExecution, async (request) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.workflowExecution);
      await deleteExecution(services, target);
      return {};
    }),
  ];
}

/** A caller may insist on a chain of runs: the latest run must belong to it. */
function checkChain(live: LiveExecution, firstRunId: string): void {
  if (firstRunId === '' || live.state.chain.firstRunId === firstRunId) return;
  const { workflowId } = live.state.key;
  throw new ServiceError(
    'NOT_FOUND',
    `Workflow execution not found: workflow ${workflowId} now belongs to another chain of runs than ${firstRunId}.`,
    { type: 'NotFoundFailure', fields: {} },
  );
}

/** Deletes a run; a running one is terminated first. */
export async function deleteExecution({ host }: Services, target: RunTarget): Promise<void> {
  const { key, isOpen } = await host.read(target, (live) => ({ key: live.state.key, isOpen: !isClosed(live.state) }));
  if (isOpen) {
    await host.execute(key, (live, context) =>
      isClosed(live.state)
        ? { transitions: [], result: undefined }
        : terminateExecution(
            live.state,
            { reason: 'Delete workflow execution', details: undefined, identity: 'history-service' },
            context,
          ),
    );
  }
  await host.remove(key);
}
