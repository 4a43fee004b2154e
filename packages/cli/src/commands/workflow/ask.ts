import type { CommandContext, FlagSpec } from '../../command.js';
import { CommandError } from '../../errors.js';
import { textAt, type Json, type JsonObject } from '../../json.js';
import { inputPayloads, payloadValues } from '../../payloads.js';
import { executionOf } from './execution.js';
import { statusName } from './names.js';

const CONDITIONS = ['not_open', 'not_completed_cleanly'] as const;

/** The flag that keeps a query from executions that closed. */
export const REJECT_FLAG: FlagSpec = {
  flags: '--reject-condition <condition>',
  description: `do not ask an execution that is ${CONDITIONS.join(' or ')}`,
  values: CONDITIONS,
};

/** What an execution answered: the answer of the API, and the value in it. */
export interface Answer {
  readonly message: JsonObject;
  readonly value: Json;
}

/** The answer of the execution that the flags name to a query. */
export async function ask({ flags, session }: CommandContext, queryType: string): Promise<Answer> {
  const opened = await session();
  const condition = flags.oneOf('reject-condition', CONDITIONS);
  const answer = await opened.call('QueryWorkflow', {
    namespace: opened.namespace,
    execution: executionOf(flags),
    query: { queryType, queryArgs: inputPayloads(flags) },
    queryRejectCondition: condition && `QUERY_REJECT_CONDITION_${condition.toUpperCase()}`,
  });
  const rejected = textAt(answer, 'queryRejected.status');
  if (rejected !== '')
    throw new CommandError(`the query was not asked: the execution is ${statusName(rejected).toLowerCase()}`);
  return { message: answer, value: payloadValues(answer, 'queryResult')[0] ?? null };
}
