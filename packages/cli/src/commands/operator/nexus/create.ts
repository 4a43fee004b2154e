import type { CommandSpec } from '../../../command.js';
import { UsageError } from '../../../errors.js';
import { descriptionOf, NAME_FLAG, TARGET_FLAGS, targetOf } from './endpoint.js';

/** `perdure operator nexus endpoint create`. */
export const nexusEndpointCreate: CommandSpec = {
  path: 'operator nexus endpoint create',
  summary: 'Create a Nexus endpoint',
  example: 'perdure operator nexus endpoint create --name billing --target-namespace billing --target-task-queue bills',
  flags: [NAME_FLAG, ...TARGET_FLAGS],
  run: async ({ flags, output, session }) => {
    const target = targetOf(flags);
    if (target === undefined)
      throw new UsageError('say where it leads: --target-namespace and --target-task-queue, or --target-url');
    const name = flags.required('name');
    const spec = { name, description: descriptionOf(flags), target };
    await output.done(`Created endpoint ${name}`, await (await session()).call('CreateNexusEndpoint', { spec }));
  },
};
