import type { CommandSpec } from '../../../command.js';
import { at, objectAt } from '../../../json.js';
import { descriptionOf, endpointByName, NAME_FLAG, TARGET_FLAGS, targetOf } from './endpoint.js';

/** `perdure operator nexus endpoint update`. */
export const nexusEndpointUpdate: CommandSpec = {
  path: 'operator nexus endpoint update',
  summary: 'Change a Nexus endpoint; what is not named stays as it is',
  example: 'perdure operator nexus endpoint update --name billing --description "bills and refunds"',
  flags: [NAME_FLAG, ...TARGET_FLAGS, { flags: '--unset-description', description: 'take the description away' }],
  run: async (context) => {
    const { flags, output } = context;
    const before = await endpointByName(context);
    const kept = flags.isSet('unset-description') ? undefined : at(before, 'spec.description');
    const spec = {
      ...objectAt(before, 'spec'),
      target: targetOf(flags) ?? objectAt(before, 'spec.target'),
      description: descriptionOf(flags) ?? kept,
    };
    const answer = await (
      await context.session()
    ).call('UpdateNexusEndpoint', { id: before['id'], version: before['version'], spec });
    await output.done(`Changed endpoint ${flags.required('name')}`, answer);
  },
};
