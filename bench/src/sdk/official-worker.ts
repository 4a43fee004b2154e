import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { answerQuestions } from './footprint.js';
import { withOfficialScope } from './official-scope.js';

// The process of the official worker. Usage: node official-worker.js HOST:PORT TASK_QUEUE. Sends "ready" to its parent.

const [address = '', taskQueue = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
  bundlerOptions: { webpackConfigHook: withOfficialScope },
  activities: { noop: async () => undefined },
  maxConcurrentWorkflowTaskExecutions: 200,
  maxConcurrentActivityTaskExecutions: 200,
  // Half of what runs at once, as its documentation advises; ours finds that out by itself.
  maxConcurrentWorkflowTaskPolls: 100,
  maxConcurrentActivityTaskPolls: 100,
  maxCachedWorkflows: 10_000,
  shutdownGraceTime: 0,
});
answerQuestions();
process.send?.('ready');
await worker.run();
