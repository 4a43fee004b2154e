import type { CommandSpec } from '../../../command.js';

/** `perdure operator nexus endpoint list`. */
export const nexusEndpointList: CommandSpec = {
  path: 'operator nexus endpoint list',
  summary: 'List the Nexus endpoints',
  example: 'perdure operator nexus endpoint list',
  flags: [],
  run: async ({ output, session }) => {
    const { items } = await (await session()).items('ListNexusEndpoints', {}, 'endpoints');
    await output.list(items, [
      { name: 'Name', path: 'spec.name' },
      { name: 'Namespace', path: 'spec.target.worker.namespace' },
      { name: 'TaskQueue', path: 'spec.target.worker.taskQueue' },
      { name: 'Url', path: 'spec.target.external.url' },
    ]);
  },
};
