import { type common, enumName, enums } from '@perdure/protocol';
import type { Link as NexusLink } from 'nexus-rpc';

/**
 * Links between what calls an operation and what the operation does. Between SDK and server they are messages, in Nexus they are
 * URLs: `temporal:///namespaces/{namespace}/workflows/{id}/{run}/history?referenceType=EventReference&eventID=5&eventType=...`.
 */

type WorkflowEvent = common.ILink_WorkflowEvent;

const LINK = 'temporal.api.common.v1.Link';
const WORKFLOW_EVENT = `${LINK}.WorkflowEvent`;
const WORKFLOW = `${LINK}.Workflow`;
const ACTIVITY = `${LINK}.Activity`;
const NEXUS_OPERATION = `${LINK}.NexusOperation`;

/** A link as a URL. Throws a TypeError for one that says too little, or that is of a kind which Nexus has no URL for. */
export function toNexusLink(link: common.ILink): NexusLink {
  const { workflowEvent, workflow, activity, nexusOperation } = link;
  if (workflowEvent) {
    const path = pathOf(workflowEvent, 'workflows', workflowEvent.workflowId, 'history');
    return { type: WORKFLOW_EVENT, url: urlOf(path, referenceOf(workflowEvent)) };
  }
  if (workflow) {
    const { workflowId, reason } = workflow;
    return { type: WORKFLOW, url: urlOf(pathOf(workflow, 'workflows', workflowId), { reason }) };
  }
  if (activity) {
    return { type: ACTIVITY, url: urlOf(pathOf(activity, 'activities', activity.activityId, 'details')) };
  }
  if (nexusOperation) {
    const { operationId } = nexusOperation;
    return { type: NEXUS_OPERATION, url: urlOf(pathOf(nexusOperation, 'nexus-operations', operationId, 'details')) };
  }
  throw new TypeError(
    'This kind of link has no URL in Nexus: only workflows, their events, activities and operations do',
  );
}

/** The link that a URL stands for. Throws a TypeError for one that is not of a server like ours. */
export function toTemporalLink({ type, url }: NexusLink): common.ILink {
  if (url.protocol !== 'temporal:') throw unreadable(url, `its scheme is ${url.protocol} and not temporal:`);
  switch (type) {
    case WORKFLOW_EVENT: {
      const [namespace, workflowId, runId] = partsOf(url, 'workflows', 'history');
      return { workflowEvent: { namespace, workflowId, runId, ...referenceIn(url) } };
    }
    case WORKFLOW: {
      const [namespace, workflowId, runId] = partsOf(url, 'workflows');
      return { workflow: { namespace, workflowId, runId, reason: url.searchParams.get('reason') ?? undefined } };
    }
    case ACTIVITY: {
      const [namespace, activityId, runId] = partsOf(url, 'activities', 'details');
      return { activity: { namespace, activityId, runId } };
    }
    case NEXUS_OPERATION: {
      const [namespace, operationId, runId] = partsOf(url, 'nexus-operations', 'details');
      return { nexusOperation: { namespace, operationId, runId } };
    }
    default:
      throw unreadable(url, `links of type ${type} are not known`);
  }
}

/** `namespaces/{namespace}/{kind}/{id}/{run}`, and perhaps more. */
function pathOf(
  { namespace, runId }: { readonly namespace?: string | null; readonly runId?: string | null },
  kind: string,
  id: string | null | undefined,
  ...last: readonly string[]
): string {
  const ids = [namespace, id, runId];
  // URLs take these two for steps of a path, however they are written.
  const isStep = ids.some((part) => part === '.' || part === '..');
  if (namespace && id && runId && !isStep) {
    return ['namespaces', ...[namespace, kind, id, runId].map(encodeURIComponent), ...last].join('/');
  }
  throw new TypeError(
    `A link needs a namespace, an id and a run that fit in a URL, got ${JSON.stringify({ namespace, [kind]: id, runId })}`,
  );
}

function partsOf(url: URL, kind: string, last?: string): [namespace: string, id: string, runId: string] {
  const [start, namespace, itsKind, id, runId, ...rest] = url.pathname.split('/').slice(1);
  const isComplete = start === 'namespaces' && itsKind === kind && rest.join('/') === (last ?? '');
  if (!isComplete || !namespace || !id || !runId) {
    const end = last === undefined ? '' : `/${last}`;
    throw unreadable(url, `its path is not /namespaces/{namespace}/${kind}/{id}/{run}${end}`);
  }
  return [decodeURIComponent(namespace), decodeURIComponent(id), decodeURIComponent(runId)];
}

function urlOf(path: string, parameters: Readonly<Record<string, string | null | undefined>> = {}): URL {
  const url = new URL(`temporal:///${path}`);
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.append(name, value);
  return url;
}

function referenceOf({ eventRef, requestIdRef }: WorkflowEvent): Readonly<Record<string, string | undefined>> {
  if (eventRef) {
    const eventID = eventRef.eventId ? String(eventRef.eventId) : undefined;
    return { referenceType: 'EventReference', eventID, eventType: nameOfEventType(eventRef.eventType) };
  }
  if (requestIdRef) {
    const { requestId } = requestIdRef;
    const eventType = nameOfEventType(requestIdRef.eventType);
    return { referenceType: 'RequestIdReference', requestID: requestId ?? undefined, eventType };
  }
  return {};
}

function referenceIn(url: URL): Pick<WorkflowEvent, 'eventRef' | 'requestIdRef'> {
  const { searchParams } = url;
  const reference = searchParams.get('referenceType');
  if (reference !== 'EventReference' && reference !== 'RequestIdReference') {
    throw unreadable(url, `its referenceType is ${reference ?? 'missing'}`);
  }
  const eventType = EVENT_TYPES.get(searchParams.get('eventType') ?? '');
  if (eventType === undefined) throw unreadable(url, `its eventType is ${searchParams.get('eventType') ?? 'missing'}`);
  if (reference === 'RequestIdReference') {
    return { requestIdRef: { requestId: searchParams.get('requestID') ?? '', eventType } };
  }
  const eventId = Number(searchParams.get('eventID') ?? 0);
  return { eventRef: { eventId: Number.isSafeInteger(eventId) ? eventId : 0, eventType } };
}

/** Such as `WorkflowExecutionStarted`. */
function nameOfEventType(eventType: enums.EventType | null | undefined): string | undefined {
  const name = eventType ? enumName(enums.EventType, eventType) : undefined;
  return name === undefined ? undefined : inPascalCase(name);
}

function inPascalCase(name: string): string {
  const words = name.replace('EVENT_TYPE_', '').toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

const EVENT_TYPES: ReadonlyMap<string, enums.EventType> = new Map(
  Object.entries(enums.EventType).map(([name, value]) => [inPascalCase(name), value]),
);

function unreadable({ href }: URL, why: string): TypeError {
  return new TypeError(`Cannot read the link ${href}: ${why}`);
}
