import type { CommandSpec } from '../../../command.js';
import { endpointByName, NAME_FLAG } from './endpoint.js';

/** `perdure operator nexus endpoint delete`. */
export const nexusEndpointDelete: CommandSpec = {
  path: 'operator nexus endpoint delete',
  summary: 'Delete a Nexus endpoint',
  example: 'perdure operator nexus endpoint delete --name billing',
  flags: [NAME_FLAG],
  run: async (context) => {
    const { id, version } = await endpointByName(context);
    const answer = await (await context.session()).call('DeleteNexusEndpoint', { id, version });
    await context.output.done(`Deleted endpoint ${context.flags.required('name')}`, answer);
  },
};
