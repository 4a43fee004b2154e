import type { CommandSpec } from '../../../command.js';

/** `perdure operator cluster remove`. */
export const clusterRemove: CommandSpec = {
  path: 'operator cluster remove',
  summary: 'Forget another cluster',
  example: 'perdure operator cluster remove --name other',
  flags: [{ flags: '--name <cluster>', description: 'its name', required: true }],
  run: async ({ flags, output, session }) => {
    const clusterName = flags.required('name');
    await (await session()).call('RemoveRemoteCluster', { clusterName });
    await output.done(`Removed cluster ${clusterName}`, { clusterName });
  },
};
