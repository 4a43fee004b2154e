import type { CommandSpec } from '../../../command.js';
import { UsageError } from '../../../errors.js';
import { indexedValueType, SEARCH_ATTRIBUTE_TYPES } from './types.js';

/** `perdure operator search-attribute create`. */
export const searchAttributeCreate: CommandSpec = {
  path: 'operator search-attribute create',
  summary: 'Declare a search attribute of the namespace',
  details: 'Executions can then be given values of it, and found by them: perdure workflow list --query.',
  example: 'perdure operator search-attribute create --name Customer --type Keyword',
  flags: [
    { flags: '--name <name>', description: 'its name; may be repeated, with a type each', many: true, required: true },
    {
      flags: '--type <type>',
      description: SEARCH_ATTRIBUTE_TYPES.join(', '),
      many: true,
      required: true,
      values: SEARCH_ATTRIBUTE_TYPES,
    },
  ],
  run: async ({ flags, output, session }) => {
    const [names, types] = [flags.texts('name'), flags.texts('type')];
    if (names.length !== types.length)
      throw new UsageError(`each --name needs its --type: there are ${names.length} and ${types.length}`);
    const searchAttributes = Object.fromEntries(
      names.map((name, index) => [name, indexedValueType(types[index] ?? '')]),
    );
    const opened = await session();
    await opened.call('AddSearchAttributes', { namespace: opened.namespace, searchAttributes });
    await output.done(`Declared ${names.join(', ')}`, { searchAttributes });
  },
};
