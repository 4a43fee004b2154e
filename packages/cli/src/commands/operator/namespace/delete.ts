import type { CommandSpec } from '../../../command.js';
import { confirm, YES_FLAG } from '../../confirm.js';
import { NAME_ARGS, namespaceMeant } from './name.js';

/** `perdure operator namespace delete`. */
export const namespaceDelete: CommandSpec = {
  path: 'operator namespace delete',
  summary: 'Delete a namespace with everything in it',
  example: 'perdure operator namespace delete orders --yes',
  args: NAME_ARGS,
  flags: [YES_FLAG],
  run: async (context) => {
    const namespace = await namespaceMeant(context);
    await confirm(context, `Delete namespace ${namespace} with all its executions?`);
    const answer = await (await context.session()).call('DeleteNamespace', { namespace });
    await context.output.done(`Deleted namespace ${namespace}`, answer);
  },
};
