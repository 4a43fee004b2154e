import { updateOptions } from '@perdure/engine';
import { services as api } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import { method } from './handlers.js';
import { runTarget } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;

/** UpdateWorkflowExecutionOptions. */
export function optionsMethods({ namespaces, host }: Services): AnyRpcMethod[] {
  return [
    method(methods.UpdateWorkflowExecutionOptions, async (request) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.workflowExecution);
      const { workflowExecutionOptions: options, updateMask, identity } = request;
      if (options === undefined)
        throw new ServiceError('INVALID_ARGUMENT', 'WorkflowExecutionOptions is not set on request.');
      if (updateMask === undefined) throw new ServiceError('INVALID_ARGUMENT', 'UpdateMask is not set on request.');
      const update = { options, paths: updateMask.paths, identity };
      const { result } = await host.execute(target, (live, context) => updateOptions(live.state, update, context));
      return { workflowExecutionOptions: result };
    }),
  ];
}
