import { invalidId, payloadSizeBytes, type Limits } from '@perdure/engine';
import { services as api, type nexus, type operatorservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import { endpointNotFound } from '../nexus/index.js';
import { method } from './handlers.js';
import { decodeEndpointPageToken, encodeEndpointPageToken } from './page-tokens.js';
import { require } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.OperatorService;
const NAME = /^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Names of task queues that begin so are the server's own. */
const RESERVED_TASK_QUEUE_PREFIX = '/_sys/';
const DEFAULT_PAGE_SIZE = 100;
const MAXIMUM_PAGE_SIZE = 1000;

/** The operator's side of Nexus endpoints. */
export function nexusEndpointMethods(services: Services): AnyRpcMethod[] {
  const { nexusEndpoints } = services;
  return [
    method(methods.CreateNexusEndpoint, async ({ spec }) => ({
      endpoint: await nexusEndpoints.create(checkedSpec(services, spec)),
    })),
    method(methods.UpdateNexusEndpoint, async ({ id, version, spec }) => {
      const checked = checkedSpec(services, spec);
      require(() => invalidEndpointId(id));
      return { endpoint: await nexusEndpoints.update(id, version, checked) };
    }),
    method(methods.DeleteNexusEndpoint, async ({ id, version }) => {
      require(() => invalidEndpointId(id), () => (version > 0 ? undefined : 'Endpoint version is not positive.'));
      await nexusEndpoints.delete(id, version);
      return {};
    }),
    method(methods.GetNexusEndpoint, async ({ id }) => {
      require(() => invalidEndpointId(id));
      const endpoint = nexusEndpoints.byId(id);
      if (endpoint === undefined) throw endpointNotFound(id);
      return { endpoint };
    }),
    method(methods.ListNexusEndpoints, async (request) => listEndpoints(services, request)),
  ];
}

/** Refuses to take away a namespace that an endpoint leads to. */
export function refuseIfEndpointTarget({ nexusEndpoints }: Pick<Services, 'nexusEndpoints'>, namespace: string): void {
  const name = nexusEndpoints.leadingTo(namespace)?.spec?.name;
  if (name === undefined) return;
  throw new ServiceError(
    'FAILED_PRECONDITION',
    `Namespace ${namespace} cannot be deleted: Nexus endpoint ${name} leads to it. Delete or change the endpoint first.`,
  );
}

function listEndpoints(
  { nexusEndpoints }: Services,
  { name, pageSize, nextPageToken }: operatorservice.ListNexusEndpointsRequest,
): operatorservice.IListNexusEndpointsResponse {
  require(() => (pageSize < 0 ? 'PageSize is negative.' : undefined), () =>
    pageSize > MAXIMUM_PAGE_SIZE ? `PageSize exceeds the limit of ${MAXIMUM_PAGE_SIZE}.` : undefined);
  const afterId = decodeEndpointPageToken(nextPageToken);
  if (name !== '') {
    const named = nexusEndpoints.byName(name);
    return { endpoints: named === undefined ? [] : [named] };
  }
  const rest = nexusEndpoints.list().filter(({ id }) => id > afterId);
  const endpoints = rest.slice(0, pageSize || DEFAULT_PAGE_SIZE);
  const last = rest.length > endpoints.length ? endpoints.at(-1) : undefined;
  return { endpoints, nextPageToken: last && encodeEndpointPageToken(last.id) };
}

function checkedSpec({ limits, namespaces }: Services, spec: nexus.EndpointSpec | undefined): nexus.EndpointSpec {
  const { nexusEndpointDescriptionBytes: descriptionBytes } = limits;
  if (spec === undefined) throw new ServiceError('INVALID_ARGUMENT', 'Endpoint spec not set on request.');
  require(() => invalidName(spec.name, limits), () => invalidTarget(spec.target, limits), () =>
    payloadSizeBytes(spec.description) > descriptionBytes
      ? `Description of the endpoint exceeds the limit of ${descriptionBytes} bytes.`
      : undefined);
  const namespace = spec.target?.worker?.namespace;
  if (namespace !== undefined && namespaces.byName(namespace) === undefined) {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `The endpoint leads to namespace ${namespace}, which is not found. Create it first.`,
    );
  }
  return spec;
}

function invalidName(name: string, { nexusEndpointNameBytes }: Limits): string | undefined {
  if (name === '') return 'Endpoint name not set on request.';
  if (name.length > nexusEndpointNameBytes)
    return `Endpoint name exceeds the limit of ${nexusEndpointNameBytes} bytes.`;
  return NAME.test(name)
    ? undefined
    : `Endpoint name "${name}" is invalid: it must be letters, digits and hyphens, begin with a letter and end with a letter or digit.`;
}

function invalidTarget(target: nexus.EndpointTarget | undefined, limits: Limits): string | undefined {
  if (target?.worker !== undefined) {
    const { namespace, taskQueue } = target.worker;
    if (namespace === '') return 'Target namespace not set on request.';
    if (taskQueue.startsWith(RESERVED_TASK_QUEUE_PREFIX))
      return `Target task queue cannot begin with the reserved prefix ${RESERVED_TASK_QUEUE_PREFIX}.`;
    return invalidId('Target TaskQueue', taskQueue, limits);
  }
  if (target?.external !== undefined) return invalidUrl(target.external.url, limits);
  return 'Endpoint target not set on request: give a worker or an external one.';
}

function invalidUrl(url: string, { nexusUrlBytes }: Limits): string | undefined {
  if (url === '') return 'Target URL not set on request.';
  if (Buffer.byteLength(url) > nexusUrlBytes) return `Target URL exceeds the limit of ${nexusUrlBytes} bytes.`;
  if (!URL.canParse(url)) return `Target URL "${url}" is no URL.`;
  const { protocol } = new URL(url);
  return protocol === 'http:' || protocol === 'https:'
    ? undefined
    : `Target URL has the scheme ${protocol.slice(0, -1)}: it must be http or https.`;
}

function invalidEndpointId(id: string): string | undefined {
  if (id === '') return 'Endpoint id not set on request.';
  return UUID.test(id) ? undefined : `Endpoint id "${id}" is no UUID.`;
}
