import type { CommandContext, FlagSpec } from '../../../command.js';
import { CommandError, UsageError } from '../../../errors.js';
import { listAt, textAt, type JsonObject } from '../../../json.js';
import { textPayload } from '../../../payloads.js';
import type { Flags } from '../../../flags.js';

/** The flag that names an endpoint. */
export const NAME_FLAG: FlagSpec = { flags: '--name <endpoint>', description: 'name of the endpoint', required: true };

/** Flags of where an endpoint leads. */
export const TARGET_FLAGS: readonly FlagSpec[] = [
  { flags: '--target-namespace <name>', description: 'namespace of the workers that handle its operations' },
  { flags: '--target-task-queue <name>', description: 'task queue of these workers' },
  { flags: '--target-url <url>', description: 'instead: a server outside' },
  { flags: '--description <text>', description: 'what it is for' },
  { flags: '--description-file <path>', description: 'file that holds the description', isRead: true },
];

/** Where the flags say it leads; undefined if they do not. */
export function targetOf(flags: Flags): JsonObject | undefined {
  const [namespace, taskQueue] = [flags.text('target-namespace'), flags.text('target-task-queue')];
  const url = flags.text('target-url');
  if (url !== undefined) {
    if (namespace !== undefined || taskQueue !== undefined)
      throw new UsageError('an endpoint leads either to --target-url or to a task queue');
    return { external: { url } };
  }
  if (namespace === undefined && taskQueue === undefined) return undefined;
  if (namespace === undefined || taskQueue === undefined)
    throw new UsageError('--target-namespace and --target-task-queue go together');
  return { worker: { namespace, taskQueue } };
}

/** The description as a payload; undefined if none was given. */
export function descriptionOf(flags: Flags): JsonObject | undefined {
  const text = flags.text('description') ?? flags.fileText('description-file');
  return text === undefined ? undefined : textPayload(text);
}

/** The endpoint of that name. A CommandError if there is none. */
export async function endpointByName({ flags, session }: CommandContext): Promise<JsonObject> {
  const name = flags.required('name');
  const answer = await (await session()).call('ListNexusEndpoints', { name });
  const found = listAt(answer, 'endpoints').find((endpoint) => textAt(endpoint, 'spec.name') === name);
  if (found === undefined) throw new CommandError(`there is no Nexus endpoint "${name}"`);
  return found;
}
