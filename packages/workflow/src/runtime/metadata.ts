import { type LazyMap } from '@perdure/common/internal';
import type { sdk } from '@perdure/protocol';
import type { Execution } from './execution.js';

/** The query that every workflow answers with what it can be asked and told. */
export const METADATA_QUERY = '__temporal_workflow_metadata';

/** `temporal.api.sdk.v1.WorkflowMetadata` of a run. */
export function workflowMetadata(execution: Execution): sdk.IWorkflowMetadata {
  const { signalHandlers, queryHandlers, updateHandlers, currentDetails, info } = execution;
  return {
    definition: {
      type: info.workflowType,
      signalDefinitions: definitions(signalHandlers),
      queryDefinitions: definitions(queryHandlers),
      updateDefinitions: definitions(updateHandlers),
    },
    currentDetails,
  };
}

function definitions(
  handlers: LazyMap<string, { readonly description?: string }>,
): sdk.IWorkflowInteractionDefinition[] {
  return [...handlers].map(([name, { description }]) => ({ name, description: description ?? '' }));
}
