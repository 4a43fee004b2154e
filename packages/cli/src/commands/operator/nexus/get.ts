import type { CommandSpec } from '../../../command.js';
import { endpointByName, NAME_FLAG } from './endpoint.js';

/** `perdure operator nexus endpoint get`. */
export const nexusEndpointGet: CommandSpec = {
  path: 'operator nexus endpoint get',
  summary: 'Show a Nexus endpoint',
  example: 'perdure operator nexus endpoint get --name billing',
  flags: [NAME_FLAG],
  run: async (context) => context.output.message(await endpointByName(context)),
};
