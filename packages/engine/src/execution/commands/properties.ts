import { enums } from '@perdure/protocol';
import {
  badAttributes,
  commandExtras,
  invalidCommandId,
  tooLarge,
  tooLargeMemo,
  type CommandHandler,
} from './command.js';

const { EventType, WorkflowTaskFailedCause: Cause } = enums;

/** RecordMarker. */
export const recordMarker: CommandHandler = (batch, given) => {
  const attributes = given.recordMarkerCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_RECORD_MARKER_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(cause, 'RecordMarkerCommandAttributes is not set on RecordMarkerCommand.');
  const { draft, workflowTaskCompletedEventId } = batch;
  const { limits } = draft.context;
  const invalid = invalidCommandId(
    'MarkerName',
    attributes.markerName,
    { command: 'RecordMarkerCommand', about: '' },
    limits,
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  for (const [name, payloads] of Object.entries(attributes.details ?? {})) {
    const large = tooLarge(cause, `RecordMarkerCommandAttributes.Details[${name}]`, payloads, limits);
    if (large !== undefined) return large;
  }
  const { markerName, details, header, failure } = attributes;
  draft.event(
    EventType.EVENT_TYPE_MARKER_RECORDED,
    { markerRecordedEventAttributes: { markerName, details, workflowTaskCompletedEventId, header, failure } },
    commandExtras(given),
  );
  return undefined;
};

/** UpsertWorkflowSearchAttributes. */
export const upsertSearchAttributes: CommandHandler = (batch, given) => {
  const searchAttributes = given.upsertWorkflowSearchAttributesCommandAttributes?.searchAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES;
  if (searchAttributes == null)
    return badAttributes(cause, 'SearchAttributes is not set on UpsertWorkflowSearchAttributesCommand.');
  if (Object.keys(searchAttributes.indexedFields ?? {}).length === 0) {
    return badAttributes(cause, 'IndexedFields is not set on UpsertWorkflowSearchAttributesCommand.');
  }
  const invalid = batch.invalidSearchAttributes(searchAttributes);
  if (invalid !== undefined) return badAttributes(cause, invalid);
  const { draft, workflowTaskCompletedEventId } = batch;
  draft.event(
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    { upsertWorkflowSearchAttributesEventAttributes: { workflowTaskCompletedEventId, searchAttributes } },
    commandExtras(given),
  );
  return undefined;
};

/** ModifyWorkflowProperties. */
export const modifyProperties: CommandHandler = (batch, given) => {
  const upsertedMemo = given.modifyWorkflowPropertiesCommandAttributes?.upsertedMemo;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES;
  const fields = upsertedMemo?.fields;
  if (upsertedMemo == null) return badAttributes(cause, 'UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.');
  if (fields == null || Object.keys(fields).length === 0) {
    return badAttributes(cause, 'UpsertedMemo.Fields is not set on ModifyWorkflowPropertiesCommand.');
  }
  const { draft, workflowTaskCompletedEventId } = batch;
  const merged = { ...draft.state.memo, ...fields };
  const large = tooLargeMemo(
    cause,
    'ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo',
    merged,
    draft.context.limits,
  );
  if (large !== undefined) return large;
  draft.event(
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
    { workflowPropertiesModifiedEventAttributes: { workflowTaskCompletedEventId, upsertedMemo } },
    commandExtras(given),
  );
  return undefined;
};
