import { startExecution } from '@perdure/engine';
import { workflowservice } from '@perdure/protocol';
import type { CheckedStart } from '../schedules/index.js';
import { prepareStart } from './prepare-start.js';
import type { Services } from './services.js';

/**
 * Checks a start that the server itself makes, by the rules of StartWorkflowExecution. Throws `ServiceError`.
 *
 * @param runId what the run will be called, where that is not left to chance
 */
export function checkedStart(
  services: Pick<Services, 'namespaces' | 'limits' | 'newId' | 'callbackAddresses'>,
  given: workflowservice.IStartWorkflowExecutionRequest,
  runId?: string,
): CheckedStart {
  const whole = workflowservice.StartWorkflowExecutionRequest.decode(
    workflowservice.StartWorkflowExecutionRequest.encode(given),
  );
  const { target, request } = prepareStart(services, whole);
  const input = { request, namespaceId: target.namespaceId, ...(runId === undefined ? {} : { runId }) };
  return { target, decide: (current, context) => startExecution(current?.state, input, context) };
}
