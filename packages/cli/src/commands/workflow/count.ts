import type { CommandSpec } from '../../command.js';
import { listAt, textAt, type JsonObject } from '../../json.js';
import { payloadValue } from '../../payloads.js';
import { FILTER_FLAG } from './list.js';

/** `perdure workflow count`. */
export const workflowCount: CommandSpec = {
  path: 'workflow count',
  summary: 'Count workflow executions',
  example: `perdure workflow count --query "WorkflowType = 'MyWorkflow' GROUP BY ExecutionStatus"`,
  flags: [FILTER_FLAG],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, query: flags.text('query') ?? '' };
    const answer = await opened.call('CountWorkflowExecutions', request);
    const groups = listAt(answer, 'groups')
      .map((group) => `\nGroup total: ${textAt(group, 'count') || '0'}, values: ${groupValues(group)}`)
      .join('');
    await output.done(`Total: ${textAt(answer, 'count') || '0'}${groups}`, { count: '0', ...answer });
  },
};

function groupValues(group: JsonObject): string {
  return listAt(group, 'groupValues')
    .map((value) => payloadValue(value))
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(', ');
}
