import type { CommandSpec } from '../../../command.js';
import { textAt } from '../../../json.js';
import type { Entries } from '../../../output/output.js';

/** `perdure operator cluster describe`. */
export const clusterDescribe: CommandSpec = {
  path: 'operator cluster describe',
  summary: 'Show what the server is made of',
  example: 'perdure operator cluster describe --detail',
  flags: [{ flags: '--detail', description: 'with its shards and its id' }],
  run: async ({ flags, output, session }) => {
    const answer = await (await session()).call('GetClusterInfo', {});
    const entries: Entries = [
      ['ClusterName', textAt(answer, 'clusterName')],
      ['PersistenceStore', textAt(answer, 'persistenceStore')],
      ['VisibilityStore', textAt(answer, 'visibilityStore')],
    ];
    const more: Entries = [
      ['ServerVersion', textAt(answer, 'serverVersion')],
      ['ClusterId', textAt(answer, 'clusterId')],
      ['HistoryShardCount', textAt(answer, 'historyShardCount')],
    ];
    await output.card('', flags.isSet('detail') ? [...entries, ...more] : entries, answer);
  },
};
