import type { CommandSpec } from '../../../command.js';

/** `perdure operator cluster list`. */
export const clusterList: CommandSpec = {
  path: 'operator cluster list',
  summary: 'List this cluster and those it replicates with',
  example: 'perdure operator cluster list',
  flags: [{ flags: '--limit <count>', description: 'at most so many' }],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const { items } = await opened.items('ListClusters', {}, 'clusters', flags.count('limit') || Infinity);
    await output.list(items, [
      { name: 'Name', path: 'clusterName' },
      { name: 'ClusterId', path: 'clusterId' },
      { name: 'Address', path: 'address' },
      { name: 'HistoryShardCount', path: 'historyShardCount' },
      { name: 'IsConnectionEnabled', path: 'isConnectionEnabled' },
    ]);
  },
};
