import { startExecution } from '@perdure/engine';
import { workflowservice } from '@perdure/protocol';
import type { CheckedStart } from '../schedules/index.js';
import { prepareStart } from './prepare-start.js';
import type { Services } from './services.js';

/** Checks a start that the server itself makes, by the rules of StartWorkflowExecution. Throws `ServiceError`. */
export function checkedStart(
  services: Pick<Services, 'namespaces' | 'limits' | 'newId'>,
  given: workflowservice.IStartWorkflowExecutionRequest,
): CheckedStart {
  const whole = workflowservice.StartWorkflowExecutionRequest.decode(
    workflowservice.StartWorkflowExecutionRequest.encode(given),
  );
  const { target, request } = prepareStart(services, whole);
  return {
    target,
    decide: (current, context) => startExecution(current?.state, { request, namespaceId: target.namespaceId }, context),
  };
}
