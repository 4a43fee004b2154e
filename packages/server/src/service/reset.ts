import { invalidId, invalidPayloads, refusedOptions, resetExecution, type PostResetOperation } from '@perdure/engine';
import { enums, type workflow, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import { require, runTarget } from './request-checks.js';
import { RunChain } from './run-chain.js';
import type { Services } from './services.js';

const { ResetReapplyExcludeType: Exclude, ResetReapplyType } = enums;

/** ResetWorkflowExecution: a new run that shares the past of another one. */
export async function resetWorkflow(
  services: Services,
  request: workflowservice.ResetWorkflowExecutionRequest,
): Promise<workflowservice.IResetWorkflowExecutionResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const target = runTarget(namespace.id, request.workflowExecution);
  if (request.requestId === '') throw new ServiceError('INVALID_ARGUMENT', 'RequestId is not set on request.');
  const operations = checkedPostResetOperations(services, request);
  const { workflowTaskFinishEventId, reason, requestId, identity } = request;
  const base = await services.host.read(target, ({ state }) => state.key);
  const chain = new RunChain(services, base);
  for (;;) {
    await chain.advance();
    const { result } = await services.host.executeAll<{ readonly runId: string } | undefined>(
      [base, { ...base, runId: '' }],
      ([baseLive, currentLive], context) => {
        if (baseLive === undefined || currentLive === undefined)
          throw new Error('Invariant violated: a loaded run is missing');
        if (!chain.isUpToDate(currentLive.state)) return { transitions: [], result: undefined };
        const { events, laterRuns } = chain;
        const runs = { base: baseLive.state, current: currentLive.state, events, laterRuns };
        const asked = { workflowTaskFinishEventId, reason, requestId, identity, operations };
        return resetExecution({ ...runs, ...asked, ...reappliedTypes(request) }, context);
      },
    );
    if (result !== undefined) return { runId: result.runId };
  }
}

/** What is to be done to the new run. Refuses what could not be done; nothing that is asked for is passed over. */
export function checkedPostResetOperations(
  services: Services,
  {
    postResetOperations,
    identity,
  }: Pick<workflowservice.ResetWorkflowExecutionRequest, 'postResetOperations' | 'identity'>,
): PostResetOperation[] {
  return postResetOperations.map((operation, index) => postResetOperation(services, operation, { index, identity }));
}

function postResetOperation(
  { limits }: Services,
  { signalWorkflow, updateWorkflowOptions }: workflow.PostResetOperation,
  { index, identity }: { readonly index: number; readonly identity: string },
): PostResetOperation {
  const name = `PostResetOperations[${index}]`;
  if (signalWorkflow !== undefined) {
    const { signalName, input, header, links } = signalWorkflow;
    require(() => invalidId(`${name}.SignalName`, signalName, limits), () =>
      invalidPayloads(`${name}.Input`, input, limits));
    return { kind: 'signal', signal: { name: signalName, input, header, links, identity, requestId: '' } };
  }
  if (updateWorkflowOptions !== undefined) {
    const { workflowExecutionOptions, updateMask } = updateWorkflowOptions;
    const update = { options: workflowExecutionOptions ?? {}, paths: updateMask?.paths ?? [], identity };
    const refused = refusedOptions(update);
    if (refused !== undefined) throw ServiceError.fromRejection(refused);
    return { kind: 'options', update };
  }
  throw new ServiceError('INVALID_ARGUMENT', `${name} says neither signal_workflow nor update_workflow_options.`);
}

function reappliedTypes({ resetReapplyType, resetReapplyExcludeTypes }: workflowservice.ResetWorkflowExecutionRequest) {
  const excluded = new Set(resetReapplyExcludeTypes);
  const none = resetReapplyType === ResetReapplyType.RESET_REAPPLY_TYPE_NONE;
  const onlySignals = resetReapplyType === ResetReapplyType.RESET_REAPPLY_TYPE_SIGNAL;
  return {
    reappliesSignals: !none && !excluded.has(Exclude.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL),
    reappliesUpdates: !none && !onlySignals && !excluded.has(Exclude.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE),
    reappliesNexus: !none && !onlySignals && !excluded.has(Exclude.RESET_REAPPLY_EXCLUDE_TYPE_NEXUS),
    // Measured: Temporal's server does not carry a cancel request over a reset, whatever the types say.
    reappliesCancelRequest: false,
  };
}
