import type { CommandSpec } from '../../command.js';
import { textAt } from '../../json.js';
import { listPages } from '../list-pages.js';
import { shortName } from '../workflow/names.js';

/** `perdure batch list`. */
export const batchList: CommandSpec = {
  path: 'batch list',
  summary: 'List the batches',
  example: 'perdure batch list --limit 10',
  flags: [{ flags: '--limit <count>', description: 'at most so many' }],
  run: async (context) => {
    await listPages(context, {
      method: 'ListBatchOperations',
      request: { namespace: (await context.session()).namespace },
      field: 'operationInfo',
      limit: context.flags.count('limit') ?? 0,
      columns: [
        { name: 'JobId', path: 'jobId' },
        { name: 'State', path: 'stateName' },
        { name: 'StartTime', path: 'startTime', isTime: true },
        { name: 'CloseTime', path: 'closeTime', isTime: true },
      ],
      row: (item) => ({ ...item, stateName: shortName(textAt(item, 'state'), 'BATCH_OPERATION_STATE_') }),
    });
  },
};
