import { services } from '@perdure/protocol';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import { InternalNativeConnection, NativeConnection, transportForWorker } from './telemetry/index.js';
import type { CompiledWorkerOptions } from './worker-options.js';

const { DescribeNamespace } = services.WorkflowService.methods;
const CHECK_TIMEOUT_MS = 10_000;

/** What a worker calls the server over. */
export interface WorkerConnection {
  readonly connection: NativeConnection;
  readonly transport: RpcTransport;
  readonly close: () => Promise<void>;
}

/** What the worker calls the server over: the connection given, or one of its own. */
export async function connectionOf(options: CompiledWorkerOptions): Promise<WorkerConnection> {
  const { connection: given, namespace, taskQueue } = options;
  if (given !== undefined && !(given instanceof NativeConnection)) {
    throw new TypeError(
      '`connection` of a worker must be a NativeConnection: await NativeConnection.connect({ address }).',
    );
  }
  const connection = given ?? (await InternalNativeConnection.connect());
  const { transport, release } = connection[transportForWorker](namespace, taskQueue);
  return {
    connection,
    transport,
    close: async () => {
      release();
      if (given === undefined) await connection.close();
    },
  };
}

/** What a worker asks whether a server can do it. */
export interface ServerAbilities {
  /** It ends the polls of a worker that says goodbye. */
  readonly serverEndsPolls: boolean;
  /** It calls back when an update has ended; undefined where the worker may not ask. */
  readonly updateCallbacks?: boolean | undefined;
}

/** Fails early, with the reason, when there is no such namespace. Tells what the server can do. */
export async function checkNamespace(transport: RpcTransport, namespace: string): Promise<ServerAbilities> {
  try {
    const request = { namespace };
    const { namespaceInfo } = await callMethod(transport, DescribeNamespace, request, { timeoutMs: CHECK_TIMEOUT_MS });
    const { workerPollCompleteOnShutdown, workflowUpdateCallbacks } = namespaceInfo?.capabilities ?? {};
    return {
      serverEndsPolls: workerPollCompleteOnShutdown ?? false,
      updateCallbacks: workflowUpdateCallbacks ?? false,
    };
  } catch (error) {
    if (!(error instanceof GrpcServiceError)) throw error;
    if (error.code === GrpcStatus.NOT_FOUND) {
      throw new Error(
        `Namespace '${namespace}' does not exist on the server. Register it, or give another \`namespace\`.`,
        {
          cause: error,
        },
      );
    }
    // Workers may be allowed to poll and not to describe.
    if (error.code === GrpcStatus.PERMISSION_DENIED || error.code === GrpcStatus.UNIMPLEMENTED) {
      return { serverEndsPolls: false };
    }
    throw new Error(`The worker cannot reach the server: ${error.details}. Is it running, and is the address right?`, {
      cause: error,
    });
  }
}
