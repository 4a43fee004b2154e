import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { type MethodDescription, services } from '@perdure/protocol';

/** A call as it came over the wire, decoded by our own codecs. */
export interface RecordedCall {
  readonly method: string;
  readonly request: Record<string, unknown>;
  /** The headers that came with it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A status other than OK, perhaps with an encoded `google.rpc.Status`. */
interface Refusal {
  readonly code: number;
  readonly details: string;
  readonly statusDetails?: Uint8Array;
}

/** What a method answers: a message, or a refusal. */
export type ScriptedAnswer = object | Refusal;

/** How methods answer: by name, each time the same, or as a function of the request. An empty message without. */
export type Script = Readonly<
  Record<string, ScriptedAnswer | ((request: Record<string, unknown>) => ScriptedAnswer | Promise<ScriptedAnswer>)>
>;

/** A server that does nothing but write down what clients send, and answers as a test says. */
export class RecordingServer {
  readonly calls: RecordedCall[] = [];
  private script: Script = {};

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  /** Listens on a free port. With `recordsMetadata` calls hold their headers too. */
  static async start({
    credentials = ServerCredentials.createInsecure(),
    recordsMetadata = false,
  }: { readonly credentials?: ServerCredentials; readonly recordsMetadata?: boolean } = {}): Promise<RecordingServer> {
    const server = new Server();
    const holder: { recorder?: RecordingServer } = {};
    const methods = Object.values<MethodDescription>(services.WorkflowService.methods);
    server.addService(
      Object.fromEntries(methods.map((method) => [method.name, definitionOf(method)])),
      Object.fromEntries(
        methods.map((method) => [
          method.name,
          (
            call: { readonly request: Buffer; readonly metadata: Metadata },
            done: (error: object | null, answer?: Buffer) => void,
          ) =>
            void holder.recorder
              ?.answer(method, call.request, recordsMetadata ? call.metadata.getMap() : undefined)
              .then(
                (answer) => done(null, answer),
                (error: unknown) => done(error as object),
              ),
        ]),
      ),
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
    );
    holder.recorder = new RecordingServer(server, `127.0.0.1:${port}`);
    return holder.recorder;
  }

  /** Answers by this script from now on, and forgets what it recorded. */
  follow(script: Script): void {
    this.script = script;
    this.calls.length = 0;
  }

  /** Ends all calls. */
  stop(): void {
    this.server.forceShutdown();
  }

  private async answer(
    method: MethodDescription,
    bytes: Buffer,
    metadata: Readonly<Record<string, unknown>> | undefined,
  ): Promise<Buffer> {
    const request = method.requestType.decode(bytes) as Record<string, unknown>;
    if (method.name !== 'GetSystemInfo') {
      this.calls.push({ method: method.name, request, ...(metadata === undefined ? {} : { metadata }) });
    }
    const scripted = this.script[method.name] ?? {};
    const answer = typeof scripted === 'function' ? await scripted(request) : scripted;
    if ('code' in answer) throw refusal(answer);
    return Buffer.from(method.responseType.encode(answer as never));
  }
}

function definitionOf({ path }: MethodDescription) {
  const asIs = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

function refusal({ code, details, statusDetails }: Refusal): Error {
  const metadata = new Metadata();
  if (statusDetails !== undefined) metadata.set('grpc-status-details-bin', Buffer.from(statusDetails));
  return Object.assign(new Error(details), { code, details, metadata });
}
