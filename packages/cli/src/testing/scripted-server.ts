import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { services } from '@perdure/protocol';

/** A page of workflow ids, or what comes instead. */
type Page = readonly string[] | 'hangs' | 'fails';

/** A server that answers as is written down, which real ones do only on bad days. */
export interface ScriptedServer {
  readonly address: string;
  stop(): void;
}

const { ListWorkflowExecutions } = services.WorkflowService.methods;
const { requestType, responseType } = ListWorkflowExecutions;
const asBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** Answers ListWorkflowExecutions with these pages; `onAsked` is told which one was asked for. */
export async function startScriptedServer(
  pages: readonly Page[],
  onAsked: (page: number) => void = () => undefined,
): Promise<ScriptedServer> {
  const server = new Server();
  const list = ({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
    const number = requestType.decode(request).nextPageToken[0] ?? 0;
    const page = pages[number] ?? [];
    onAsked(number);
    if (page === 'fails') answer({ code: status.INTERNAL, details: 'the disk is gone' });
    if (typeof page === 'string') return;
    const nextPageToken = Uint8Array.from(number + 1 < pages.length ? [number + 1] : []);
    const executions = page.map((workflowId) => ({ execution: { workflowId, runId: 'run' } }));
    answer(null, asBytes(responseType.encode({ executions, nextPageToken })));
  };
  const method = {
    path: '/temporal.api.workflowservice.v1.WorkflowService/ListWorkflowExecutions',
    requestStream: false,
    responseStream: false,
    requestSerialize: asBytes,
    requestDeserialize: asBytes,
    responseSerialize: asBytes,
    responseDeserialize: asBytes,
  } as const;
  server.addService({ list: method }, { list });
  const port = await new Promise<number>((resolve, reject) => {
    const onBound = (error: Error | null, bound: number): void => (error === null ? resolve(bound) : reject(error));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), onBound);
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}
