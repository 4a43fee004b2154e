import type { CommandSpec } from '../../../command.js';

/** `perdure operator cluster upsert`. */
export const clusterUpsert: CommandSpec = {
  path: 'operator cluster upsert',
  summary: 'Connect to another cluster, or change how',
  example: 'perdure operator cluster upsert --frontend-address other.example.com:7233 --enable-connection',
  flags: [
    { flags: '--frontend-address <host:port>', description: 'the other cluster', required: true },
    { flags: '--enable-connection', description: 'connect to it' },
    { flags: '--enable-replication', description: 'replicate with it' },
  ],
  run: async ({ flags, output, session }) => {
    const frontendAddress = flags.required('frontend-address');
    await (
      await session()
    ).call('AddOrUpdateRemoteCluster', {
      frontendAddress,
      enableRemoteClusterConnection: flags.isSet('enable-connection'),
      enableReplication: flags.isSet('enable-replication'),
    });
    await output.done(`Set the cluster at ${frontendAddress}`, { frontendAddress });
  },
};
