import { enums, type history } from '@perdure/protocol';
import type { Payload } from '@perdure/common';
import type { SetPatchMarkerCommand } from '@perdure/common/activation';
import type { OutgoingCommand } from '../context.js';
import { CorruptHistoryError } from '../errors.js';
import { jsonPayload, parseJsonPayload } from './json-payload.js';

const { CommandType, EventType } = enums;

/** The marker of a patch, as every SDK on Temporal's core records it. */
export const PATCH_MARKER = 'core_patch';
const DATA_KEY = 'patch-data';
const CHANGE_VERSION = 'TemporalChangeVersion';
/** A list of patches larger than this is not made searchable: the server would refuse the attribute. */
const MAX_CHANGE_VERSION_BYTES = 2048;

/** What a patch marker says. */
export interface PatchMarker {
  readonly patchId: string;
  readonly deprecated: boolean;
}

/** Reads a patch marker; `undefined` for any other event. Throws `CorruptHistoryError` if it cannot be read. */
export function readPatchMarker(event: history.HistoryEvent): PatchMarker | undefined {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== PATCH_MARKER) return undefined;
  const data = parseJsonPayload(marker.details[DATA_KEY]?.payloads[0]);
  const patchId = data?.['id'];
  if (typeof patchId !== 'string')
    throw new CorruptHistoryError(event, 'it does not say which patch it is the marker of');
  return { patchId, deprecated: data?.['deprecated'] === true };
}

/** The command that records a patch. */
export function patchMarkerCommand({ patchId, deprecated, callSite }: SetPatchMarkerCommand): OutgoingCommand {
  return {
    command: {
      commandType: CommandType.COMMAND_TYPE_RECORD_MARKER,
      recordMarkerCommandAttributes: {
        markerName: PATCH_MARKER,
        details: { [DATA_KEY]: { payloads: [jsonPayload({ id: patchId, deprecated })] } },
      },
    },
    description: `the marker of patch ${patchId}`,
    callSite,
    eventType: EventType.EVENT_TYPE_MARKER_RECORDED,
    differs: (event) => {
      const recorded = readPatchMarker(event);
      if (recorded === undefined) return 'the event is another kind of marker';
      return recorded.patchId === patchId ? undefined : `patches differ: ${recorded.patchId} and ${patchId}`;
    },
    isOptional: deprecated,
  };
}

/** The command that makes patches searchable; `undefined` when there are too many of them. */
export function changeVersionCommand(patchIds: readonly string[], isOptional: boolean): OutgoingCommand | undefined {
  const payload: Payload = jsonPayload(patchIds, 'KeywordList');
  if ((payload.data?.length ?? 0) > MAX_CHANGE_VERSION_BYTES) return undefined;
  return {
    command: {
      commandType: CommandType.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
      upsertWorkflowSearchAttributesCommandAttributes: {
        searchAttributes: { indexedFields: { [CHANGE_VERSION]: payload } },
      },
    },
    description: `the search attribute ${CHANGE_VERSION} of a patch`,
    callSite: undefined,
    eventType: EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    differs: (event) =>
      isChangeVersionUpsert(event) ? undefined : `the event sets other search attributes than ${CHANGE_VERSION}`,
    isOptional,
  };
}

/** Whether the event makes patches searchable. */
export function isChangeVersionUpsert(event: history.HistoryEvent): boolean {
  const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
  return fields !== undefined && CHANGE_VERSION in fields;
}
