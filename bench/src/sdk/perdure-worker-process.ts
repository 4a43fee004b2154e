import { answerQuestions } from './footprint.js';
import { createPerdureWorker } from './perdure-worker.js';

// The process of our worker. Usage: node perdure-worker-process.js HOST:PORT TASK_QUEUE. Sends "ready" to its parent, and ends when
// the parent goes away.

const [address = '', taskQueue = ''] = process.argv.slice(2);
const worker = await createPerdureWorker({ address }, taskQueue);
answerQuestions();
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
await worker.run();
