import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';
import type { ServiceHandler } from 'nexus-rpc';
import { type RecordedCall, RecordingServer, type Script, type SdkName } from '../harness/index.js';
import { quietRuntimes } from '../harness/quiet-runtimes.js';

/** A request as servers send it. */
export type Request = Readonly<Record<string, unknown>>;

/** What a worker called the server with because of each request, its answer last. */
export type CallsByRequest = ReadonlyMap<string, readonly RecordedCall[]>;

const NOT_OF_A_REQUEST: ReadonlySet<string> = new Set(['DescribeNamespace', 'PollNexusTaskQueue', 'ShutdownWorker']);

/** Hands out requests one after the other: the next one when the last one is answered. */
class RequestsInTurn {
  readonly calls = new Map<string, readonly RecordedCall[]>();
  readonly done: Promise<void>;
  private readonly left: [name: string, request: Request][];
  private end: () => void = () => undefined;
  private current: { readonly name: string; readonly firstCall: number } | undefined;

  constructor(
    private readonly server: RecordingServer,
    requests: ReadonlyMap<string, Request>,
  ) {
    this.left = [...requests];
    this.done = new Promise((resolve) => (this.end = resolve));
  }

  get script(): Script {
    const answer = (): object => {
      this.answered();
      return {};
    };
    return {
      DescribeNamespace: { namespaceInfo: { name: 'test', capabilities: { workflowUpdateCallbacks: true } } },
      PollNexusTaskQueue: () => this.next(),
      RespondNexusTaskCompleted: answer,
      RespondNexusTaskFailed: answer,
    };
  }

  private async next(): Promise<object> {
    const next = this.left.shift();
    if (next === undefined) {
      await this.done;
      return {};
    }
    const [name, request] = next;
    this.current = { name, firstCall: this.server.calls.length };
    return { taskToken: Buffer.from(name), request };
  }

  private answered(): void {
    const { name = '', firstCall = 0 } = this.current ?? {};
    const calls = this.server.calls.slice(firstCall).filter(({ method }) => !NOT_OF_A_REQUEST.has(method));
    this.calls.set(name, calls);
    if (this.left.length === 0) this.end();
  }
}

/** Puts the requests to a worker of an SDK. */
export async function callsOfWorker(
  sdk: SdkName,
  nexusServices: ServiceHandler[],
  requests: ReadonlyMap<string, Request>,
  script: Script,
): Promise<CallsByRequest> {
  quietRuntimes();
  const server = await RecordingServer.start();
  const inTurn = new RequestsInTurn(server, requests);
  server.follow({ ...script, ...inTurn.script });
  const polling = { maxConcurrentNexusTaskPolls: 1, maxConcurrentNexusTaskExecutions: 1 };
  const options = { namespace: 'test', taskQueue: 'shop', identity: 'worker', nexusServices, ...polling };
  const { NativeConnection, Worker } = sdk === 'perdure' ? (ours as unknown as typeof theirs) : theirs;
  const connection = await NativeConnection.connect({ address: server.address });
  const worker = await Worker.create({ connection, ...options });
  await worker.runUntil(inTurn.done);
  await connection.close();
  server.stop();
  return inTurn.calls;
}
