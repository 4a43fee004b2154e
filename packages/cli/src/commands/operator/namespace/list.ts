import type { CommandSpec } from '../../../command.js';

/** `perdure operator namespace list`. */
export const namespaceList: CommandSpec = {
  path: 'operator namespace list',
  summary: 'List the namespaces',
  example: 'perdure operator namespace list',
  flags: [{ flags: '--limit <count>', description: 'at most so many' }],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const { items } = await opened.items('ListNamespaces', {}, 'namespaces', flags.count('limit') || Infinity);
    await output.list(
      items,
      [
        { name: 'Name', path: 'namespaceInfo.name' },
        { name: 'State', path: 'namespaceInfo.state' },
        { name: 'Retention', path: 'config.workflowExecutionRetentionTtl' },
        { name: 'Description', path: 'namespaceInfo.description' },
      ],
      [
        { name: 'Id', path: 'namespaceInfo.id' },
        { name: 'OwnerEmail', path: 'namespaceInfo.ownerEmail' },
      ],
    );
  },
};
