import proto from '@temporalio/proto';
import type { ActivationCompletion } from '@perdure/common/activation';
import type { Json } from './recording.js';

type Fields = Record<string, unknown>;
interface Codec<M> {
  fromObject(json: Json): M;
  toObject(message: M, options: object): Fields;
}

const { WorkflowActivation } = proto.coresdk.workflow_activation;
const { WorkflowActivationCompletion } = proto.coresdk.workflow_completion;

/** What the official SDK answered to an activation, in the shape that our replay core takes. */
export function completionFrom(json: Json): ActivationCompletion {
  const { successful, failed } = readMessage(WorkflowActivationCompletion, json) as Record<string, Fields | undefined>;
  if (successful === undefined) return { status: 'failed', ...failed } as unknown as ActivationCompletion;
  const commands = (successful['commands'] as Fields[]).map(commandFrom);
  return { status: 'successful', ...successful, commands } as unknown as ActivationCompletion;
}

function commandFrom({ userMetadata, eventGroupMarkers: _, ...variant }: Fields): Fields {
  const [[kind, fields] = ['', {}]] = Object.entries(variant) as [string, Fields][];
  return { kind, userMetadata, ...adaptCommand(kind, fields) };
}

/** An activation of the official SDK in our shape, to be compared. */
export function activationFrom(json: Json): Fields {
  const { timestamp, jobs, ...rest } = readMessage(WorkflowActivation, json);
  const jobsJson = json['jobs'] as readonly Json[];
  return {
    ...rest,
    timestampMs: epochMs(timestamp),
    jobs: (jobs as Fields[]).map((job, index) => {
      const [[kind, fields] = ['', {}]] = Object.entries(job) as [string, Fields][];
      return { kind, ...adaptJob(kind, fields, jobsJson[index]?.[kind] as Json | undefined) };
    }),
  };
}

/** What is left of a message when everything that says nothing is gone; bytes as text. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value === 'bigint') return value.toString();
  // Seeds are made when they are asked for.
  if (typeof value === 'function') return plain((value as () => unknown)());
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const kept = plain(item);
    return saysNothing(kept, key) ? [] : [[key, kept] as const];
  });
  return Object.fromEntries(entries);
}

/** Stacks name files of the machine that recorded them. */
export function withoutStacks(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'stackTrace' ? undefined : item)));
}

/** In these, nothing and nothing at all are the same. */
const MAPS = new Set(['headers', 'memo', 'searchAttributes', 'metadata', 'fields']);

function saysNothing(value: unknown, name: string): boolean {
  if (value === undefined || value === null || value === 0 || value === '' || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return MAPS.has(name) && Object.keys(value).length === 0;
}

function adaptCommand(kind: string, fields: Fields): Fields {
  switch (kind) {
    case 'respondToQuery':
      return { queryId: fields['queryId'], result: oneOf(fields, ['succeeded', 'failed'], { failed: 'failure' }) };
    case 'updateResponse':
      return {
        protocolInstanceId: fields['protocolInstanceId'],
        response: oneOf(fields, ['accepted', 'rejected', 'completed'], { rejected: 'failure', completed: 'result' }),
      };
    case 'signalExternalWorkflowExecution': {
      const { workflowExecution, childWorkflowId, arguments: payloads, args, ...rest } = fields;
      return { ...rest, arguments: payloads ?? args, target: { workflowExecution, childWorkflowId } };
    }
    case 'modifyWorkflowProperties':
      return { upsertedMemo: (fields['upsertedMemo'] as Fields | undefined)?.['fields'] ?? {} };
    default: {
      const searchAttributes = fields['searchAttributes'] as Fields | undefined;
      return searchAttributes === undefined
        ? fields
        : { ...fields, searchAttributes: searchAttributes['indexedFields'] ?? {} };
    }
  }
}

function adaptJob(kind: string, fields: Fields, json: Json = {}): Fields {
  switch (kind) {
    case 'initializeWorkflow': {
      const { startTime, memo, searchAttributes, lastCompletionResult, ...rest } = fields;
      return {
        ...rest,
        randomnessSeed: json['randomnessSeed'],
        startTimeMs: epochMs(startTime),
        memo: (memo as Fields | undefined)?.['fields'],
        searchAttributes: (searchAttributes as Fields | undefined)?.['indexedFields'],
        lastCompletionResult: (lastCompletionResult as Fields | undefined)?.['payloads'],
      };
    }
    case 'updateRandomSeed':
      return { randomnessSeed: json['randomnessSeed'] };
    case 'resolveActivity':
    case 'resolveChildWorkflowExecution':
      return { ...fields, result: oneOf(fields['result'] as Fields, ['completed', 'failed', 'cancelled', 'backoff']) };
    case 'resolveChildWorkflowExecutionStart': {
      const { seq, ...result } = fields;
      return { seq, result: oneOf(result, ['succeeded', 'failed', 'cancelled']) };
    }
    case 'resolveSignalExternalWorkflow':
    case 'resolveRequestCancelExternalWorkflow': {
      const { seq, ...result } = fields;
      return { seq, result };
    }
    case 'resolveNexusOperationStart': {
      const { seq, operationToken, failed } = fields;
      if (failed !== undefined) return { seq, result: { status: 'failed', failure: failed } };
      const isSync = operationToken === undefined || operationToken === '';
      return { seq, result: isSync ? { status: 'startedSync' } : { status: 'started', operationToken } };
    }
    case 'resolveNexusOperation': {
      const { seq, result } = fields as { readonly seq: unknown; readonly result: Fields };
      const wrapped = { completed: 'result', failed: 'failure', cancelled: 'failure', timedOut: 'failure' };
      return { seq, result: oneOf(result, Object.keys(wrapped), wrapped) };
    }
    default:
      return fields;
  }
}

/** A oneof as a union with `status`; a variant's fields beside it, or under the name given. */
function oneOf(fields: Fields, variants: readonly string[], wrapped: Readonly<Record<string, string>> = {}): Fields {
  for (const status of variants) {
    const variant = fields[status] as Fields | undefined;
    if (variant === undefined) continue;
    const name = wrapped[status];
    return name === undefined ? { status, ...variant } : { status, [name]: variant };
  }
  throw new Error(`None of ${variants.join()} in ${Object.keys(fields).join()}`);
}

function readMessage<M>(codec: Codec<M>, json: Json): Fields {
  const options = { longs: Number, arrays: true, objects: true, defaults: true };
  return withoutNulls(codec.toObject(codec.fromObject(json), options)) as Fields;
}

function withoutNulls(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutNulls(item)]));
}

function epochMs(timestamp: unknown): number {
  const { seconds = 0, nanos = 0 } = (timestamp ?? {}) as { seconds?: number; nanos?: number };
  return seconds * 1000 + Math.floor(nanos / 1e6);
}
