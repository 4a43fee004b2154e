import type { CommandSpec } from '../../command.js';
import { textAt } from '../../json.js';
import { shortName } from '../workflow/names.js';

/** `perdure batch describe`. */
export const batchDescribe: CommandSpec = {
  path: 'batch describe',
  summary: 'Show how far a batch got',
  example: 'perdure batch describe --job-id 2b1e...',
  flags: [{ flags: '--job-id <id>', description: 'the batch', required: true }],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, jobId: flags.required('job-id') };
    const answer = await opened.call('DescribeBatchOperation', request);
    const counts = ['completeOperationCount', 'totalOperationCount', 'failureOperationCount'];
    const [complete, total, failed] = counts.map((path) => textAt(answer, path) || '0');
    await output.card(
      '',
      [
        ['State', shortName(textAt(answer, 'state'), 'BATCH_OPERATION_STATE_')],
        ['Type', shortName(textAt(answer, 'operationType'), 'BATCH_OPERATION_TYPE_')],
        ['Done', `${complete} of ${total}, ${failed} failed`],
        ['StartTime', output.time(textAt(answer, 'startTime'))],
        ['Identity', textAt(answer, 'identity')],
        ['Reason', textAt(answer, 'reason')],
      ],
      answer,
    );
  },
};
