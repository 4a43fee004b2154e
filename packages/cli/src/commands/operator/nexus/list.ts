import type { CommandSpec } from '../../../command.js';
import { listPages } from '../../list-pages.js';

/** `perdure operator nexus endpoint list`. */
export const nexusEndpointList: CommandSpec = {
  path: 'operator nexus endpoint list',
  summary: 'List the Nexus endpoints',
  example: 'perdure operator nexus endpoint list',
  flags: [],
  run: async (context) => {
    await listPages(context, {
      method: 'ListNexusEndpoints',
      request: {},
      field: 'endpoints',
      limit: 0,
      columns: [
        { name: 'Name', path: 'spec.name' },
        { name: 'Namespace', path: 'spec.target.worker.namespace' },
        { name: 'TaskQueue', path: 'spec.target.worker.taskQueue' },
        { name: 'Url', path: 'spec.target.external.url' },
      ],
    });
  },
};
