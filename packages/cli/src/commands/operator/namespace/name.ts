import type { CommandContext, FlagSpec } from '../../../command.js';
import { UsageError } from '../../../errors.js';

/** The name may be a word or `--namespace`. */
export const NAME_ARGS = ['[name]'] as const;

/** Flags of what can be set of a namespace. */
export const SETTING_FLAGS: readonly FlagSpec[] = [
  { flags: '--description <text>', description: 'what it is for' },
  { flags: '--email <address>', description: 'whose it is' },
  { flags: '--data <key=value>', description: 'note to keep with it; may be repeated', many: true },
];

/** The namespace that is meant; a UsageError if none was named. */
export async function namespaceMeant({ args, flags, session }: CommandContext): Promise<string> {
  const [word] = args;
  if (word !== undefined && flags.text('namespace') !== undefined && word !== flags.text('namespace'))
    throw new UsageError(`which one: ${word} or ${flags.required('namespace')}?`);
  return word ?? (await session()).namespace;
}
