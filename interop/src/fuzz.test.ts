import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { test, inject } from 'vitest';
import { temporal } from '@temporalio/proto';
import { commands, connect, seconds, statusCodes as failures } from './harness/index.js';

const statusCodes = { OK: 0, ...failures };
const environment = await connect();
const services = {
  'temporal.api.workflowservice.v1.WorkflowService': temporal.api.workflowservice.v1.WorkflowService,
  'temporal.api.operatorservice.v1.OperatorService': temporal.api.operatorservice.v1.OperatorService,
};
const methods = Object.entries(services).flatMap(([name, service]) => methodPaths(name, service));
const bodiesPerMethod = 12;
// Some bodies make sense by accident: they may delete this namespace, which is there for nothing else.
const namespace = environment.uniqueId('fuzz');
// A body that is no message is the caller's fault. Other servers leave it to their gRPC library, which says INTERNAL, so
// that this test, unlike its neighbours, is for ours alone.
const blamesServer: readonly number[] = [statusCodes.INTERNAL, statusCodes.UNKNOWN];

test('random bytes as the body of any method never break the server', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const bystander = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)]);
  const before = await environment.transcript(bystander);
  const workflowExecutionRetentionPeriod = seconds(86_400);
  await environment.service.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const session = connectHttp2(`http://${inject('address')}`);
  const random = seeded(20_261_123);
  const blamed: string[] = [];
  for (const path of methods) {
    const bodies = Array.from({ length: bodiesPerMethod }, () => randomBody(random));
    const statuses = await Promise.all(bodies.map(async (body) => await call(session, path, framed(body))));
    statuses.forEach((status, index) => {
      if (blamesServer.includes(status)) blamed.push(`${path} ${status} ${bodies[index]!.toString('hex')}`);
    });
  }
  session.close();
  expect(blamed).toEqual([]);
  // The server lives on, and the run that was there is as it was.
  expect(await environment.transcript(bystander)).toBe(before);
  await environment.service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: bystander,
    signalName: 'still there?',
  });
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(bystander)).toContain('WorkflowExecutionCompleted');
});

test('a method that does not exist is unimplemented', async ({ expect }) => {
  const session = connectHttp2(`http://${inject('address')}`);
  for (const path of ['/temporal.api.workflowservice.v1.WorkflowService/NoSuchMethod', '/no.such.Service/Start'])
    expect(await call(session, path, framed(Buffer.alloc(0)))).toBe(statusCodes.UNIMPLEMENTED);
  session.close();
});

// What the server does not do yet; each of these answers UNIMPLEMENTED, never a silent OK.
const notYet =
  /Schedule|Versioning|BuildId|Reachability|Deployment|NexusOperationExecution|Rule|Worker|Pause|pause|ActivityExecution|ActivityOptions|ResetActivity|TaskQueueConfig|TimeSkipping|RemoteCluster/;

test('an empty request is refused by every method that needs something, and done by none', async ({ expect }) => {
  const session = connectHttp2(`http://${inject('address')}`);
  const answers = await Promise.all(
    methods.map(async (path) => ({ path, status: await call(session, path, framed(Buffer.alloc(0))) })),
  );
  session.close();
  const withStatus = (status: number): string[] =>
    answers.filter((answer) => answer.status === status).map(({ path }) => path.split('/')[2]!);
  const done = withStatus(statusCodes.OK);
  const unimplemented = withStatus(statusCodes.UNIMPLEMENTED);
  expect(done).toEqual([
    'ListNamespaces',
    'GetSearchAttributes',
    'GetClusterInfo',
    'GetSystemInfo',
    'ListClusters',
    'ListNexusEndpoints',
  ]);
  expect(unimplemented.filter((name) => !notYet.test(name))).toEqual([]);
  expect(done.length + unimplemented.length + withStatus(statusCodes.INVALID_ARGUMENT).length).toBe(methods.length);
});

/** The description at run time lists the methods, which its declared type hides. */
function methodPaths(serviceName: string, service: unknown): string[] {
  const { methods: byName } = service as { readonly methods: Readonly<Record<string, unknown>> };
  return Object.keys(byName).map((name) => `/${serviceName}/${name}`);
}

/** Calls a method with a raw body; answers its gRPC status, or DEADLINE_EXCEEDED for a long poll that waits on. */
async function call(session: ClientHttp2Session, path: string, body: Buffer): Promise<number> {
  return await new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': '500m',
    });
    let status: number | undefined;
    const note = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('error', (error: Error) => (stream.rstCode === constants.NGHTTP2_CANCEL ? undefined : reject(error)));
    stream.on('close', () => resolve(status ?? statusCodes.DEADLINE_EXCEEDED));
    stream.setTimeout(2000, () => stream.close(constants.NGHTTP2_CANCEL));
    stream.resume();
    stream.end(body);
  });
}

/** The length-prefixed message that gRPC sends. */
function framed(body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Pure noise, or something shaped like a message: fields that hold strings, numbers or further noise. */
function randomBody(random: () => number): Buffer {
  if (random() < 0.3) return noise(random, Math.floor(random() * 64));
  const fields = Array.from({ length: 1 + Math.floor(random() * 6) }, () => randomField(random));
  return Buffer.concat(fields);
}

function randomField(random: () => number): Buffer {
  const number = 1 + Math.floor(random() * 15);
  if (random() < 0.3) return Buffer.from([number << 3, Math.floor(random() * 128)]);
  const content = random() < 0.4 ? Buffer.from(namespace) : noise(random, Math.floor(random() * 24));
  const value = random() < 0.3 ? Buffer.concat([Buffer.from([0x0a, content.length]), content]) : content;
  return Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
}

function noise(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** Mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
