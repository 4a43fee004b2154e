import type { CommandSpec } from '../../../command.js';
import { listPages } from '../../list-pages.js';

/** `perdure operator cluster list`. */
export const clusterList: CommandSpec = {
  path: 'operator cluster list',
  summary: 'List this cluster and those it replicates with',
  example: 'perdure operator cluster list',
  flags: [{ flags: '--limit <count>', description: 'at most so many' }],
  run: async (context) => {
    await listPages(context, {
      method: 'ListClusters',
      request: {},
      field: 'clusters',
      limit: context.flags.count('limit') ?? 0,
      columns: [
        { name: 'Name', path: 'clusterName' },
        { name: 'ClusterId', path: 'clusterId' },
        { name: 'Address', path: 'address' },
        { name: 'HistoryShardCount', path: 'historyShardCount' },
        { name: 'IsConnectionEnabled', path: 'isConnectionEnabled' },
      ],
    });
  },
};
