import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { StoreOpenError } from '../../errors.js';
import type { ThreadData, ThreadReply, ThreadRequest } from '../wire/messages.js';
import { Turn } from '../wire/turn.js';
import { openForReading, openForWriting } from './connection.js';
import { endThread } from './end-thread.js';
import { ThreadLoop } from './loop.js';
import { SqliteTables } from './tables.js';
import { Writer } from './writer.js';

/** Opens the writing connection at once and reports how that went. */
async function startWriter(port: MessagePort, turn: Turn, options: ThreadData): Promise<void> {
  turn.begin();
  try {
    const { database, identity, close } = await openForWriting(options);
    const tables = new SqliteTables(database);
    const loop = new ThreadLoop(port, turn, tables, new Writer(tables, identity.location), close);
    port.on('message', (request: ThreadRequest) => {
      if (request !== 'open') loop.receive(request);
    });
    port.postMessage({ kind: 'opened', identity } satisfies ThreadReply);
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error;
    const { problem, message } = error;
    port.postMessage({ kind: 'refused', problem, message } satisfies ThreadReply);
    endThread(port);
  } finally {
    turn.end();
  }
}

/** Waits until the writer has opened the file, then opens it for reading. */
function startReader(port: MessagePort, turn: Turn, path: string): void {
  const opened = new Promise<ThreadLoop>((resolve, reject) => {
    port.once('message', () => {
      turn.begin();
      openForReading(path)
        .then((database) => new ThreadLoop(port, turn, new SqliteTables(database), undefined, () => database.close()))
        .finally(() => turn.end())
        .then(resolve, reject);
    });
  });
  // Requests wait behind the opening; once it is done they are performed in the turn they arrive in.
  let loop: ThreadLoop | undefined;
  void opened.then((ready) => (loop = ready));
  port.on('message', (request: ThreadRequest) => {
    if (request === 'open') return;
    if (loop !== undefined) loop.receive(request);
    else void opened.then((ready) => ready.receive(request));
  });
}

const data = workerData as ThreadData;
if (parentPort === null) throw new TypeError('This module runs as the thread of an SQLite store only.');
const turn = new Turn(data.turn);
if (data.role === 'reader') startReader(parentPort, turn, data.path ?? '');
else await startWriter(parentPort, turn, data);
