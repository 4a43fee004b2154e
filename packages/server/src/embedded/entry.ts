import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { startServer, type RunningServer } from '../main/start-server.js';
import { StoreOpenError } from '../store/index.js';
import type { FromThread, ThreadServerOptions, ToThread } from './messages.js';
import { ThreadCalls } from './thread-calls.js';

/** Runs a server on this thread, for the one that started it. */
async function serve(port: MessagePort, options: ThreadServerOptions): Promise<void> {
  const tell = (message: FromThread, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  let server: RunningServer;
  try {
    const onFatal = ({ message }: Error): void => tell({ kind: 'fatal', message });
    server = await startServer({ ...options, onFatal });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const problem = error instanceof StoreOpenError ? error.problem : undefined;
    tell({ kind: 'refused', name, message, problem });
    port.close();
    return;
  }
  const { address, metricsAddress, inProcess } = server;
  const calls = new ThreadCalls(inProcess, (batch) => tell({ kind: 'answers', batch }, [batch.buffer]));
  port.on('message', (message: ToThread) => {
    if (message.kind === 'calls') {
      calls.receive(message.batch);
      return;
    }
    const { graceMs } = message;
    void server.stop(graceMs === undefined ? {} : { graceMs }).then(
      () => end(undefined),
      (error: unknown) => end(String(error)),
    );
  });
  const end = (error: string | undefined): void => {
    calls.flush();
    tell({ kind: 'stopped', error });
    port.close();
  };
  tell({ kind: 'serving', address, metricsAddress });
}

if (parentPort === null) throw new Error('This is the code of a thread: use EmbeddedServer of @perdure/server');
await serve(parentPort, workerData as ThreadServerOptions);
