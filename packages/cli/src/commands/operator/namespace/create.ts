import type { CommandSpec } from '../../../command.js';
import { NAME_ARGS, namespaceMeant, SETTING_FLAGS } from './name.js';

const THREE_DAYS = '259200s';

/** `perdure operator namespace create`. */
export const namespaceCreate: CommandSpec = {
  path: 'operator namespace create',
  summary: 'Create a namespace',
  details: 'Executions, their ids and their task queues in one namespace know nothing of those in another.',
  example: 'perdure operator namespace create orders --retention 7d',
  args: NAME_ARGS,
  flags: [
    { flags: '--retention <duration>', description: 'how long closed executions are kept (default: 3d)' },
    ...SETTING_FLAGS,
  ],
  run: async (context) => {
    const { flags, output } = context;
    const namespace = await namespaceMeant(context);
    const answer = await (
      await context.session()
    ).call('RegisterNamespace', {
      namespace,
      description: flags.text('description'),
      ownerEmail: flags.text('email'),
      data: Object.fromEntries(flags.pairs('data')),
      workflowExecutionRetentionPeriod: flags.duration('retention') ?? THREE_DAYS,
    });
    await output.done(`Created namespace ${namespace}`, { namespace, ...answer });
  },
};
