import type { CommandSpec } from '../../../command.js';
import { isObject, objectAt } from '../../../json.js';
import type { Entries } from '../../../output/output.js';
import { failureText, payloadValues } from '../../../payloads.js';
import { pollUpdate, stageName, UPDATE_REF_FLAGS, updateRefOf } from './request.js';

/** `perdure workflow update describe`. */
export const updateDescribe: CommandSpec = {
  path: 'workflow update describe',
  summary: 'Show how far an update got, without waiting',
  example: 'perdure workflow update describe -w 123 --update-id add-pizza',
  flags: UPDATE_REF_FLAGS,
  run: async ({ flags, output, session }) => {
    const answer = await pollUpdate(await session(), updateRefOf(flags));
    const failure = objectAt(answer, 'outcome')['failure'];
    const values = payloadValues(answer, 'outcome.success');
    const entries: Entries = [
      ['UpdateID', flags.required('update-id')],
      ['Stage', stageName(answer)],
      ...(isObject(failure) ? ([['Failure', failureText(failure)]] as const) : []),
      ...(values.length > 0 ? ([['Result', values.map((value) => JSON.stringify(value)).join(' ')]] as const) : []),
    ];
    await output.card('', entries, answer);
  },
};
