import type { CommandSpec } from '../../command.js';

/** `perdure batch terminate`. */
export const batchTerminate: CommandSpec = {
  path: 'batch terminate',
  summary: 'Stop a batch; what it did stays done',
  example: 'perdure batch terminate --job-id 2b1e... --reason "wrong filter"',
  flags: [
    { flags: '--job-id <id>', description: 'the batch', required: true },
    { flags: '--reason <text>', description: 'why' },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const jobId = flags.required('job-id');
    const answer = await opened.call('StopBatchOperation', {
      namespace: opened.namespace,
      jobId,
      reason: flags.text('reason') ?? 'stopped from the command line',
      identity: opened.identity,
    });
    await output.done(`Stopped batch ${jobId}`, answer);
  },
};
