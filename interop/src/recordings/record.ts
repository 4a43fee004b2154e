import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { history } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import { startServer } from '@perdure/server';
import * as activities from './activities.js';
import { recordedHandlers } from './nexus-handlers.js';
import { installActivationLog, type ActivationLog } from './activation-log.js';
import { withoutStacks } from './official-shapes.js';
import { writeRecording, type Json, type Recording } from './recording.js';
import { scenarios, type RecordedRun } from './scenarios.js';

const { History: OfficialHistory } = proto.temporal.api.history.v1;

/** Replayed once more with the workflow code that came after it. */
const CHANGED = ['patches', 'unpatched'];
/** Replayed once more as if an old SDK had made it, which knew nothing of the flags of later ones. */
const UNFLAGGED = ['messages-at-once'];

/** Records the scenarios with these names; all of them without names. On a server of ours, or that of PERDURE_TEST_ADDRESS. */
async function recordAll(names: readonly string[]): Promise<void> {
  const log = installActivationLog();
  const given = process.env.PERDURE_TEST_ADDRESS;
  const server =
    given === undefined
      ? await startServer({ store: { kind: 'memory' }, grpc: { port: 0, host: '127.0.0.1' } })
      : { address: given, stop: async () => undefined };
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  await prepare(connection);
  const client = new Client({ connection, identity: 'client' });
  const taskQueue = 'recorded';
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    identity: 'official-worker',
    workflowBundle: await bundleOf('index'),
    activities,
    nexusServices: [recordedHandlers],
  });
  await worker.runUntil(async () => {
    for (const [name, scenario] of Object.entries(scenarios)) {
      if (names.length > 0 && !names.includes(name)) continue;
      console.log(name);
      for (const run of await scenario({ client, taskQueue })) await record(run, client, log);
    }
  });
  await server.stop();
}

/** What scenarios need that no namespace has by itself. On a server where it is there already, it is left as it is. */
async function prepare({ operatorService }: Connection): Promise<void> {
  const isThere = (error: unknown): void => {
    if (!(error instanceof Error) || !/already/i.test(error.message)) throw error;
  };
  const searchAttributes = { RecordedKeyword: 2, RecordedInt: 3 };
  await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes }).catch(isThere);
  const target = { worker: { namespace: 'default', taskQueue: 'recorded' } };
  await operatorService.createNexusEndpoint({ spec: { name: 'recorded', target } }).catch(isThere);
}

async function record(run: RecordedRun, client: Client, log: ActivationLog): Promise<void> {
  const { workflowId } = run;
  const handle = client.workflow.getHandle(workflowId, run.runId);
  const { runId } = await handle.describe();
  const recorded = history.History.decode(OfficialHistory.encode(await handle.fetchHistory()).finish());
  const json = withoutStacks(toJson(history.History, recorded)) as { events: Json[] };
  const recordingOf = async (code: Recording['code'], { events } = json): Promise<Recording> => {
    const replayed = await replay({ events }, workflowId, code, log);
    return withoutStacks({ runId, workflowId, code, events, live: log.live(runId), replay: replayed }) as Recording;
  };
  writeRecording(run.name, await recordingOf('same'));
  if (CHANGED.includes(run.name)) writeRecording(`${run.name}-changed`, await recordingOf('changed'));
  if (UNFLAGGED.includes(run.name)) {
    writeRecording(`${run.name}-unflagged`, await recordingOf('same', withoutFlags(json) as { events: Json[] }));
  }
}

function withoutFlags(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'langUsedFlags' ? undefined : item)));
}

async function replay(
  json: object,
  workflowId: string,
  code: Recording['code'],
  log: ActivationLog,
): Promise<Recording['replay']> {
  const workflowBundle = await bundleOf(code === 'same' ? 'index' : 'changed');
  const official = OfficialHistory.decode(history.History.encode(fromJson(history.History, json)));
  await Worker.runReplayHistory({ workflowBundle }, official, workflowId);
  return log.replayed();
}

const bundles = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

function bundleOf(module: string): ReturnType<typeof bundleWorkflowCode> {
  const bundle =
    bundles.get(module) ??
    bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL(`./workflows/${module}.js`, import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
  bundles.set(module, bundle);
  return bundle;
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
await recordAll(process.argv.slice(2));
process.exit();
