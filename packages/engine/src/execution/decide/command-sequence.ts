import { enums, type workflowservice } from '@perdure/protocol';
import { reject, type Rejection } from '../../rejection.js';

const { CommandType } = enums;

/** A terminal command must be the last one: nothing can follow the end. */
const TERMINAL: ReadonlySet<enums.CommandType> = new Set([
  CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
  CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
  CommandType.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION,
  CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
]);

/** Why the commands cannot be taken together, or `undefined` if they can. The workflow task stays open. */
export function malformedSequence(request: workflowservice.RespondWorkflowTaskCompletedRequest): Rejection | undefined {
  for (const [index, given] of request.commands.entries()) {
    const type = given.commandType;
    if (type === CommandType.COMMAND_TYPE_UNSPECIFIED)
      return reject('INVALID_ARGUMENT', `Unknown command type: commands[${index}] has no command type set.`);
    if (
      TERMINAL.has(type) &&
      request.commands.slice(index + 1).some((later) => later.commandType !== CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE)
    ) {
      const names = request.commands.map((each) => commandName(each.commandType)).join(', ');
      return reject(
        'INVALID_ARGUMENT',
        `invalid command sequence: [${names}], command ${commandName(type)} must be the last command.`,
      );
    }
  }
  return undefined;
}

function commandName(type: enums.CommandType): string {
  const name = Object.entries(CommandType).find(([, value]) => value === type)?.[0] ?? String(type);
  return name
    .replace('COMMAND_TYPE_', '')
    .toLowerCase()
    .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
