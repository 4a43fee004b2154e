import type { CommandSpec } from '../../../command.js';
import { objectAt, type JsonObject } from '../../../json.js';
import { shortName } from '../../workflow/names.js';

/** `perdure operator search-attribute list`. */
export const searchAttributeList: CommandSpec = {
  path: 'operator search-attribute list',
  summary: 'List what executions of the namespace can be found by',
  example: 'perdure operator search-attribute list',
  flags: [],
  run: async ({ output, session }) => {
    const opened = await session();
    const answer = await opened.call('ListSearchAttributes', { namespace: opened.namespace });
    if (!output.isForPeople) return output.message(answer);
    const rows = [
      ...rowsOf(objectAt(answer, 'customAttributes'), 'custom'),
      ...rowsOf(objectAt(answer, 'systemAttributes'), 'system'),
    ];
    await output.list(rows, [
      { name: 'Name', path: 'name' },
      { name: 'Type', path: 'type' },
      { name: 'Kind', path: 'kind' },
    ]);
  },
};

function rowsOf(attributes: JsonObject, kind: string): readonly JsonObject[] {
  return Object.entries(attributes)
    .map(([name, type]) => ({ name, type: shortName(String(type), 'INDEXED_VALUE_TYPE_'), kind }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
