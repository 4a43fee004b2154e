import type { CommandSpec } from '../../command.js';

/** `perdure batch list`. */
export const batchList: CommandSpec = {
  path: 'batch list',
  summary: 'List the batches',
  example: 'perdure batch list --limit 10',
  flags: [{ flags: '--limit <count>', description: 'at most so many' }],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const { items } = await opened.items(
      'ListBatchOperations',
      { namespace: opened.namespace },
      'operationInfo',
      flags.count('limit') || Infinity,
    );
    await output.list(items, [
      { name: 'JobId', path: 'jobId' },
      { name: 'State', path: 'state' },
      { name: 'StartTime', path: 'startTime', isTime: true },
      { name: 'CloseTime', path: 'closeTime', isTime: true },
    ]);
  },
};
