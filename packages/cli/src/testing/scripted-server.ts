import { Metadata, Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { enums, errordetails, rpc, services } from '@perdure/protocol';

/** A page of workflow ids, or what comes instead; `late` is given to who asks again. */
type Page = readonly string[] | 'hangs' | 'fails' | { readonly late: readonly string[] };

/** A server that answers as is written down, which real ones do only on bad days. */
export interface ScriptedServer {
  readonly address: string;
  stop(): void;
}

const { ListWorkflowExecutions } = services.WorkflowService.methods;
const { requestType, responseType } = ListWorkflowExecutions;
const asBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** How servers say that there are more calls a second than they allow. */
function tooManyCalls(): Metadata {
  const cause = enums.ResourceExhaustedCause.RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT;
  const value = errordetails.ResourceExhaustedFailure.encode({ cause });
  const typeUrl = 'type.googleapis.com/temporal.api.errordetails.v1.ResourceExhaustedFailure';
  const metadata = new Metadata();
  const details = rpc.Status.encode({ code: status.RESOURCE_EXHAUSTED, details: [{ typeUrl, value }] });
  metadata.set('grpc-status-details-bin', asBytes(details));
  return metadata;
}

/** Answers ListWorkflowExecutions with these pages; `onAsked` is told which one was asked for. */
export async function startScriptedServer(
  pages: readonly Page[],
  onAsked: (page: number) => void = () => undefined,
): Promise<ScriptedServer> {
  const server = new Server();
  const slowedDown = new Set<number>();
  const list = ({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
    const number = requestType.decode(request).nextPageToken[0] ?? 0;
    const asked = pages[number] ?? [];
    onAsked(number);
    if (asked === 'fails') answer({ code: status.INTERNAL, details: 'the disk is gone' });
    if (typeof asked === 'string') return;
    const isLate = 'late' in asked;
    if (isLate && !slowedDown.has(number)) {
      slowedDown.add(number);
      return answer({ code: status.RESOURCE_EXHAUSTED, details: 'not so fast', metadata: tooManyCalls() });
    }
    const page = isLate ? asked.late : asked;
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
