import { writeFileSync } from 'node:fs';
import type { CommandSpec } from '../../command.js';
import { CommandError } from '../../errors.js';
import type { Json } from '../../json.js';

/** `perdure workflow fix-history-json`. */
export const workflowFixHistoryJson: CommandSpec = {
  path: 'workflow fix-history-json',
  summary: 'Rewrite the JSON of a history as the API writes it today',
  details:
    'Older tools wrote event types as WorkflowExecutionStarted, and left out what others need. No server is asked.',
  example: 'perdure workflow fix-history-json --source old.json --target new.json',
  isLocal: true,
  flags: [
    { flags: '-s, --source <path>', description: 'file to read, - for what is piped in', required: true, isRead: true },
    { flags: '-t, --target <path>', description: 'file to write (default: print it)' },
  ],
  run: async ({ flags, output }) => {
    const source = flags.required('source');
    const text = flags.fileText('source') ?? '';
    const { historyFromJSON, historyToJSON } = await import('@perdure/common/proto-utils');
    let fixed: Json;
    try {
      fixed = JSON.parse(historyToJSON(historyFromJSON(JSON.parse(text)))) as Json;
    } catch (error) {
      throw new CommandError(`${source} holds no history in JSON: ${(error as Error).message}`);
    }
    const target = flags.text('target');
    if (target === undefined) return output.message(fixed);
    try {
      writeFileSync(target, `${JSON.stringify(fixed, undefined, 2)}\n`);
    } catch (error) {
      throw new CommandError(`cannot write --target ${target}: ${(error as Error).message}`);
    }
    await output.done(`Wrote ${target}`, { target });
  },
};
