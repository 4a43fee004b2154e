import type { InitializeWorkflowJob, WorkflowActivation } from '@perdure/common/activation';
import type { Sandbox, SandboxedWorkflow } from '../sandbox/index.js';

/** A run in a sandbox, and the activation that starts it. */
export function begin(
  sandbox: Sandbox,
  workflowType: string,
): { workflow: SandboxedWorkflow; activation: WorkflowActivation } {
  const options = { namespace: 'default', taskQueue: 'queue', workflowId: workflowType, workflowType };
  const job: InitializeWorkflowJob = {
    kind: 'initializeWorkflow',
    ...{ workflowType, workflowId: workflowType, arguments: [], randomnessSeed: () => 7n, headers: {}, identity: '' },
    ...{ continuedFromExecutionRunId: '', continuedInitiator: 0, lastCompletionResult: [], firstExecutionRunId: 'run' },
    ...{
      originalExecutionRunId: 'run',
      attempt: 1,
      cronSchedule: '',
      memo: {},
      searchAttributes: {},
      startTimeMs: 1000,
    },
  };
  return { workflow: sandbox.createWorkflow({ ...options, failureErrorTypes: [] }), activation: activationOf([job]) };
}

/** An activation of a run that is lived for the first time. */
export function activationOf(jobs: WorkflowActivation['jobs']): WorkflowActivation {
  return {
    ...{
      runId: 'run',
      timestampMs: 1000,
      isReplaying: false,
      historyLength: 3,
      historySizeBytes: 0,
      lastSdkVersion: '',
    },
    ...{ continueAsNewSuggested: false, suggestContinueAsNewReasons: [], availableInternalFlags: [] },
    targetWorkerDeploymentVersionChanged: false,
    jobs,
  };
}
