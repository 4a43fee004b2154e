import { common, enumName, enums, type nexus } from '@perdure/protocol';

type WorkflowEvent = common.ILink_WorkflowEvent;

const EVENT_TYPE_PREFIX = 'EVENT_TYPE_';

/**
 * A link to an event as Nexus carries it: a URL and the name of the message it stands for. `undefined` for links to
 * other things, for which Temporal's server knows no URL either.
 */
export function nexusLink(link: common.ILink): nexus.ILink | undefined {
  const event = link.workflowEvent;
  if (event == null) return undefined;
  const path = [event.namespace, 'workflows', event.workflowId, event.runId].map((part) =>
    encodeURIComponent(part ?? ''),
  );
  return {
    url: `temporal:///namespaces/${path.join('/')}/history?${referenceParameters(event).toString()}`,
    type: common.Link_WorkflowEvent.typeName,
  };
}

function referenceParameters({ eventRef, requestIdRef }: WorkflowEvent): URLSearchParams {
  const parameters = new URLSearchParams();
  const reference = eventRef ?? requestIdRef;
  if (reference == null) return parameters;
  if (eventRef?.eventId) parameters.set('eventID', String(eventRef.eventId));
  parameters.set('eventType', eventTypeName(reference.eventType ?? 0));
  parameters.set('referenceType', eventRef == null ? 'RequestIdReference' : 'EventReference');
  if (requestIdRef != null) parameters.set('requestID', requestIdRef.requestId ?? '');
  return parameters;
}

/** `WorkflowExecutionStarted` for `EVENT_TYPE_WORKFLOW_EXECUTION_STARTED`. */
function eventTypeName(type: enums.EventType): string {
  const name = enumName(enums.EventType, type) ?? '';
  const words = name.slice(EVENT_TYPE_PREFIX.length).toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** The inverse of `nexusLink`; `undefined` for a link to anything but an event of a workflow. */
export function linkOfNexus({ url, type }: nexus.ILink): common.ILink | undefined {
  if (type !== common.Link_WorkflowEvent.typeName || url == null || !URL.canParse(url)) return undefined;
  const { protocol, pathname, searchParams } = new URL(url);
  const parts = /^\/+namespaces\/([^/]+)\/workflows\/([^/]+)\/([^/]+)\/history$/.exec(pathname);
  if (protocol !== 'temporal:' || parts === null) return undefined;
  const [namespace, workflowId, runId] = parts.slice(1).map(decoded);
  if (namespace === undefined || workflowId === undefined || runId === undefined) return undefined;
  return { workflowEvent: { namespace, workflowId, runId, ...reference(searchParams) } };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function reference(parameters: URLSearchParams): Partial<Pick<WorkflowEvent, 'eventRef' | 'requestIdRef'>> {
  const eventType = eventTypeNamed(parameters.get('eventType') ?? '');
  switch (parameters.get('referenceType')) {
    case 'EventReference':
      return { eventRef: { eventId: Number(parameters.get('eventID') ?? 0) || 0, eventType } };
    case 'RequestIdReference':
      return { requestIdRef: { requestId: parameters.get('requestID') ?? '', eventType } };
    default:
      return {};
  }
}

/** Either spelling of the name. */
function eventTypeNamed(name: string): enums.EventType {
  const screaming = name.startsWith(EVENT_TYPE_PREFIX)
    ? name
    : EVENT_TYPE_PREFIX + name.replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase();
  return (enums.EventType as Readonly<Record<string, enums.EventType>>)[screaming] ?? 0;
}
