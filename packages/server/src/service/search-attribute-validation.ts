import {
  byteLength,
  columnSearchAttributes,
  typeOfSearchAttribute,
  type Limits,
  type SearchAttributeType,
} from '@perdure/engine';
import type { common } from '@perdure/protocol';
import type { Namespace } from '../namespace/index.js';

/** What the server alone writes: the columns of the row, and what follows from worker versions and problems. */
const SERVER_WRITTEN: ReadonlySet<string> = new Set([
  ...Object.keys(columnSearchAttributes),
  'TemporalReportedProblems',
  'TemporalUsedWorkerDeploymentVersions',
  'TemporalWorkerDeployment',
  'TemporalWorkerDeploymentVersion',
  'TemporalWorkflowVersioningBehavior',
]);

/**
 * Why these search attributes cannot be set on an execution of the namespace, or `undefined` if they can.
 *
 * The rules are those of Temporal's server: every name is registered or one of the system's that callers may set; a
 * value is JSON of the registered type, or such a value alone in a list; null and an empty list unset the attribute;
 * a KeywordList is always a list; a Datetime is an RFC 3339 string.
 */
export function validateSearchAttributes(
  namespace: Pick<Namespace, 'name' | 'searchAttributes'>,
  attributes: common.ISearchAttributes | null | undefined,
  limits: Limits,
): string | undefined {
  const fields = Object.entries(attributes?.indexedFields ?? {});
  if (fields.length === 0) return undefined;
  let totalBytes = 0;
  for (const [name, payload] of fields) {
    if (SERVER_WRITTEN.has(name)) return `${name} attribute can't be set in SearchAttributes`;
    const type = typeOfSearchAttribute(namespace.searchAttributes, name);
    if (type === undefined) return `Namespace ${namespace.name} has no mapping defined for search attribute ${name}`;
    const problem = invalidPayload(name, type, payload);
    if (problem !== undefined) return problem;
    const sizeBytes = payload?.data?.length ?? 0;
    if (sizeBytes > limits.searchAttributeValueSizeBytes) {
      return `search attribute ${name} value size ${sizeBytes} exceeds size limit ${limits.searchAttributeValueSizeBytes}`;
    }
    totalBytes += byteLength(name) + sizeBytes;
  }
  if (fields.length > limits.searchAttributesCount) {
    return `number of search attributes ${fields.length} exceeds limit ${limits.searchAttributesCount}`;
  }
  if (totalBytes <= limits.searchAttributesSizeBytes) return undefined;
  return `total size of search attributes ${totalBytes} exceeds size limit ${limits.searchAttributesSizeBytes}`;
}

const TYPE_METADATA = 'type';
const encoder = new TextEncoder();

/**
 * The same attributes, each with the name of its registered type in the payload's metadata, whatever was there: clients
 * decode by it, and older ones do not send it. Attributes of no registered type are passed on as they are.
 */
export function withTypeMetadata(
  namespace: Pick<Namespace, 'searchAttributes'>,
  indexedFields: Readonly<Record<string, common.IPayload>>,
): Readonly<Record<string, common.IPayload>> {
  const typed = Object.entries(indexedFields).map(([name, payload]): [string, common.IPayload] => {
    const type = typeOfSearchAttribute(namespace.searchAttributes, name);
    if (type === undefined) return [name, payload];
    return [name, { ...payload, metadata: { ...payload.metadata, [TYPE_METADATA]: encoder.encode(type) } }];
  });
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(typed);
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const JSON_ENCODING = 'json/plain';
const NULL_ENCODING = 'binary/null';

function invalidPayload(
  name: string,
  type: SearchAttributeType,
  payload: common.IPayload | null | undefined,
): string | undefined {
  const encoding = latin1(payload?.metadata?.['encoding']);
  if (encoding === NULL_ENCODING) return undefined;
  const invalid = (shown: string): string => `invalid value for search attribute ${name} of type ${type}: ${shown}`;
  if (encoding !== JSON_ENCODING)
    return invalid(`a payload with encoding "${encoding}", where ${JSON_ENCODING} is expected`);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload?.data ?? new Uint8Array()));
  } catch {
    return invalid('a payload that is not JSON');
  }
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  return fits(type, value) ? undefined : invalid(shown(value));
}

function fits(type: SearchAttributeType, value: unknown): boolean {
  if (type === 'KeywordList') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  const single: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  switch (type) {
    case 'Bool':
      return typeof single === 'boolean';
    case 'Int':
      return typeof single === 'number' && Number.isInteger(single) && Math.abs(single) <= 2 ** 63;
    case 'Double':
      return typeof single === 'number';
    case 'Keyword':
    case 'Text':
      return typeof single === 'string';
    case 'Datetime':
      return typeof single === 'string' && isRfc3339(single);
    default:
      return type satisfies never;
  }
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function isRfc3339(text: string): boolean {
  return RFC_3339.test(text) && !Number.isNaN(Date.parse(text));
}

const SHOWN_CHARACTERS = 100;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}

function latin1(bytes: Uint8Array | null | undefined): string {
  return bytes == null ? '' : String.fromCharCode(...bytes.subarray(0, SHOWN_CHARACTERS));
}
