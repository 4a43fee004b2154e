import type { CommandSpec } from '../../../command.js';
import { UsageError } from '../../../errors.js';
import { objectAt, textAt } from '../../../json.js';
import { NAME_ARGS, namespaceMeant, SETTING_FLAGS } from './name.js';

/** `perdure operator namespace update`. */
export const namespaceUpdate: CommandSpec = {
  path: 'operator namespace update',
  summary: 'Change a namespace; what is not named stays as it is',
  example: 'perdure operator namespace update orders --retention 30d',
  args: NAME_ARGS,
  flags: [{ flags: '--retention <duration>', description: 'how long closed executions are kept' }, ...SETTING_FLAGS],
  run: async (context) => {
    const { flags, output } = context;
    const namespace = await namespaceMeant(context);
    const [description, email, retention] = [
      flags.text('description'),
      flags.text('email'),
      flags.duration('retention'),
    ];
    const data = Object.fromEntries(flags.pairs('data'));
    if (description === undefined && email === undefined && retention === undefined && Object.keys(data).length === 0)
      throw new UsageError('say what to change: --retention, --description, --email or --data');
    const session = await context.session();
    const before = objectAt(await session.call('DescribeNamespace', { namespace }), 'namespaceInfo');
    const answer = await session.call('UpdateNamespace', {
      namespace,
      updateInfo: {
        description: description ?? textAt(before, 'description'),
        ownerEmail: email ?? textAt(before, 'ownerEmail'),
        data: { ...objectAt(before, 'data'), ...data },
      },
      ...(retention === undefined ? {} : { config: { workflowExecutionRetentionTtl: retention } }),
    });
    await output.done(`Changed namespace ${namespace}`, answer);
  },
};
