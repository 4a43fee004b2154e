import { answerQuestions } from './footprint.js';
import { createPerdureWorker } from './perdure-worker.js';

// The process of our worker. Usage: node perdure-worker-process.js HOST:PORT TASK_QUEUE. Sends "ready" to its parent.

const [address = '', taskQueue = ''] = process.argv.slice(2);
const worker = await createPerdureWorker({ address }, taskQueue);
answerQuestions();
process.send?.('ready');
await worker.run();
