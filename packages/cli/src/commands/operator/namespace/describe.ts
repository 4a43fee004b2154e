import type { CommandSpec } from '../../../command.js';
import { NAME_ARGS, namespaceMeant } from './name.js';

/** `perdure operator namespace describe`. */
export const namespaceDescribe: CommandSpec = {
  path: 'operator namespace describe',
  summary: 'Show a namespace',
  example: 'perdure operator namespace describe orders',
  args: NAME_ARGS,
  flags: [{ flags: '--namespace-id <id>', description: 'find it by its id' }],
  run: async (context) => {
    const { flags, output } = context;
    const id = flags.text('namespace-id');
    const request = id === undefined ? { namespace: await namespaceMeant(context) } : { id };
    await output.message(await (await context.session()).call('DescribeNamespace', request));
  },
};
