import type { CommandSpec } from '../../../command.js';
import { confirm, YES_FLAG } from '../../confirm.js';

/** `perdure operator search-attribute remove`. */
export const searchAttributeRemove: CommandSpec = {
  path: 'operator search-attribute remove',
  summary: 'Take a search attribute back; executions cannot be found by it any more',
  example: 'perdure operator search-attribute remove --name Customer --yes',
  flags: [{ flags: '--name <name>', description: 'its name; may be repeated', many: true, required: true }, YES_FLAG],
  run: async (context) => {
    const names = context.flags.texts('name');
    await confirm(context, `Remove ${names.join(', ')}?`);
    const session = await context.session();
    await session.call('RemoveSearchAttributes', { namespace: session.namespace, searchAttributes: names });
    await context.output.done(`Removed ${names.join(', ')}`, { removed: names });
  },
};
