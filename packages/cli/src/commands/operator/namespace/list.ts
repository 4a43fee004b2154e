import type { CommandSpec } from '../../../command.js';
import { listPages } from '../../list-pages.js';

/** `perdure operator namespace list`. */
export const namespaceList: CommandSpec = {
  path: 'operator namespace list',
  summary: 'List the namespaces',
  example: 'perdure operator namespace list',
  flags: [{ flags: '--limit <count>', description: 'at most so many' }],
  run: async (context) => {
    await listPages(context, {
      method: 'ListNamespaces',
      request: {},
      field: 'namespaces',
      limit: context.flags.count('limit') ?? 0,
      columns: [
        { name: 'Name', path: 'namespaceInfo.name' },
        { name: 'State', path: 'namespaceInfo.state' },
        { name: 'Retention', path: 'config.workflowExecutionRetentionTtl' },
        { name: 'Description', path: 'namespaceInfo.description' },
      ],
      more: [
        { name: 'Id', path: 'namespaceInfo.id' },
        { name: 'OwnerEmail', path: 'namespaceInfo.ownerEmail' },
      ],
    });
  },
};
