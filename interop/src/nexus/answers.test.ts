import { describe, expect, it } from 'vitest';
import { payload, payloads, type RecordedCall, type Script } from '../harness/index.js';
import { callsOfWorker, type Request } from './conversation.js';
import { DEEDS, shopOf } from './shop-handlers.js';

/** Of these the official answers have other words; ours say what is registered, or what to do. */
const OTHER_WORDS =
  /^(a final application failure|a workflow that is there|a value that|no such|an input of|startsTwo|cancel startsOne .*update|cancel .*(unknown|garbage|empty))/;

const LINKS = [
  'WorkflowEvent temporal:///namespaces/n/workflows/w%2F%201/r/history?referenceType=EventReference&eventID=5&eventType=NexusOperationScheduled',
  'WorkflowEvent temporal:///namespaces/n/workflows/w/r/history?referenceType=RequestIdReference&requestID=q%2F1&eventType=WorkflowExecutionOptionsUpdated',
  'NexusOperation temporal:///namespaces/n/nexus-operations/o/r/details',
  'Nonsense temporal:///',
].map((link) => ({ type: `temporal.api.common.v1.Link.${link.split(' ')[0]}`, url: link.split(' ')[1] }));

function request(variant: object, temporalFailureResponses: boolean): Request {
  const header = { 'Request-Timeout': '9.5s', 'Some-Header': 'V' };
  return { header, endpoint: 'counter', capabilities: { temporalFailureResponses }, ...variant };
}

const start = (operation: string, input: unknown, more: object = {}) => ({
  startOperation: {
    ...{ service: 'shop', operation, requestId: 'request', callback: 'temporal://system', links: LINKS },
    ...{ callbackHeader: { 'X-A': 'b', 'nexus-operation-token': 'old' }, payload: payload(input), ...more },
  },
});
const cancel = (operation: string, operationToken: string) => ({
  cancelOperation: { service: 'shop', operation, operationToken },
});
const token = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url');

const TOKENS = {
  workflow: token({ t: 1, ns: 'test', wid: 'order' }),
  'workflow of version 0': token({ v: 0, t: 1, ns: 'test', wid: 'order' }),
  activity: token({ t: 2, ns: 'test', aid: 'charge', rid: 'run' }),
  update: token({ t: 3, ns: 'test', wid: 'order', rid: 'run', uid: 'u' }),
  'update of any run': token({ t: 3, ns: 'test', wid: 'order', uid: 'u' }),
  'unknown type': token({ t: 9, ns: 'test', wid: 'order' }),
  'unknown version': token({ v: 1, t: 1, ns: 'test', wid: 'order' }),
  garbage: 'garbage!',
  empty: '',
};

const BACKED = ['runs', 'runsElsewhere', 'startsOne', 'startsTwo', 'startsAnother', 'signalsWithStart', 'signals', 'asks', 'updates', 'updatesAs', 'updatesAtOnce', 'updatesInVain', 'runsActivity', 'answersLater']; // prettier-ignore

/** Every way to ask. */
function requests(): ReadonlyMap<string, Request> {
  const all = new Map<string, Request>();
  for (const asFailures of [true, false]) {
    const add = (name: string, variant: object): unknown =>
      all.set(asFailures ? name : `${name}, for an older server`, request(variant, asFailures));
    for (const deed of DEEDS) add(deed, start('plain', deed));
    add('no such service', start('plain', 'a value', { service: 'other' }));
    add('no such operation', start('other', 'a value'));
    add(
      'an input of an unknown encoding',
      start('plain', 1, { payload: { metadata: { encoding: Buffer.from('x') } } }),
    );
    add('no input', start('plain', 1, { payload: undefined }));
    add('an operation that goes on', start('later', 1));
    add('a cancellation', cancel('later', 'token'));
    add('a cancellation that fails', cancel('later', 'an error'));
    add('a cancellation of what cannot be cancelled', cancel('plain', 'token'));
  }
  for (const operation of BACKED) all.set(operation, request(start(operation, 1), true));
  all.set('runs without a callback', request(start('runs', 1, { callback: '', links: [] }), true));
  for (const operation of ['startsOne', 'cancelsOwnWay']) {
    for (const [name, text] of Object.entries(TOKENS)) {
      all.set(`cancel ${operation} with a token: ${name}`, request(cancel(operation, text), true));
    }
  }
  all.set('cancel runs', request(cancel('runs', TOKENS.workflow), true));
  return all;
}

const event = (reference: object) => ({
  workflowEvent: { namespace: 'test', workflowId: 'order', runId: 'run-1', ...reference },
});

const SCRIPT: Script = {
  StartWorkflowExecution: ({ workflowId }) =>
    workflowId === 'refused'
      ? { code: 3, details: 'refused' }
      : { runId: 'run-1', started: true, link: event({ eventRef: { eventId: 1, eventType: 1 } }) },
  SignalWithStartWorkflowExecution: {
    runId: 'run-1',
    signalLink: event({ requestIdRef: { requestId: 'q r', eventType: 26 } }),
  },
  SignalWorkflowExecution: { link: event({ eventRef: { eventId: 7, eventType: 26 } }) },
  QueryWorkflow: {
    queryResult: payloads('answer'),
    link: { workflow: { namespace: 'test', workflowId: 'order', runId: 'run-1', reason: 'a query' } },
  },
  UpdateWorkflowExecution: ({ workflowExecution }) => {
    const { workflowId } = workflowExecution as { readonly workflowId: string };
    const updateRef = { workflowExecution: { workflowId, runId: 'run-1' }, updateId: 'u' };
    const answer = { updateRef, stage: 2, link: event({ eventRef: { eventId: 9, eventType: 41 } }) };
    if (workflowId === 'done') return { ...answer, stage: 3, outcome: { success: payloads('now') } };
    if (workflowId !== 'failed') return answer;
    const failure = { message: 'refused', applicationFailureInfo: { type: 'R', nonRetryable: true } };
    return { ...answer, stage: 3, outcome: { failure } };
  },
  StartActivityExecution: {
    runId: 'run-a',
    started: true,
    link: { activity: { namespace: 'test', activityId: 'charge', runId: 'run-a' } },
  },
};

/** What is compared: without stacks, in whose place is whether there is one, and with JSON in bytes read. */
function comparable(calls: readonly RecordedCall[] | undefined, withMessages: boolean): unknown {
  const plain = (value: unknown, key = ''): unknown => {
    if (value instanceof Uint8Array) {
      const text = Buffer.from(value).toString();
      return text.startsWith('{') ? plain(JSON.parse(text)) : text;
    }
    if (!withMessages && (key === 'message' || key === 'cause')) return `<${key}>`;
    if (key === 'stackTrace') return value === '' ? '' : '<stack>';
    if (typeof value === 'string') {
      return value
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
        .replace(/ \[(not an Error|A non-Error).*\]/, ' [no error]')
        .replace(/^(Nexus Operation cancellation requested|The Nexus operation was cancelled)$/, '<reason>');
    }
    if (Array.isArray(value)) return value.map((item) => plain(item));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).filter(([name]) => name !== 'identity' && name !== 'source');
    return Object.fromEntries(fields.map(([name, item]) => [name, plain(item, name)]));
  };
  return plain(calls);
}

describe('a worker of ours does with a Nexus request what an official one does', async () => {
  const asked = requests();
  const [mine, reference] = await Promise.all([
    callsOfWorker('perdure', [shopOf('perdure')], asked, SCRIPT),
    callsOfWorker('temporal', [shopOf('temporal')], asked, SCRIPT),
  ]);

  it.each([...asked.keys()])('%s', (name) => {
    const withMessages = !OTHER_WORDS.test(name);
    expect(reference.get(name)?.length).toBeGreaterThan(0);
    expect(comparable(mine.get(name), withMessages)).toEqual(comparable(reference.get(name), withMessages));
  });
});
