import { UsageError } from '../../errors.js';
import type { CommandContext, FlagSpec } from '../../command.js';

/** Flags that name a setting, instead of the word `env.key`. */
export const NAME_FLAGS: readonly FlagSpec[] = [
  { flags: '--env <name>', description: 'the environment, instead of the first word' },
  { flags: '-k, --key <name>', description: 'the setting, instead of the word after the dot' },
];

/** An environment, or a setting of one. */
export interface Place {
  readonly env: string;
  readonly key: string | undefined;
}

/** What flags and the word `env.key` name. */
export function placeOf({ flags }: CommandContext, word: string | undefined): Place {
  const dot = word?.indexOf('.') ?? -1;
  const env = flags.text('env') ?? (dot < 0 ? word : word?.slice(0, dot));
  if (env === undefined || env === '') throw new UsageError('which environment? Name it, such as prod or prod.address');
  return { env, key: flags.text('key') ?? (dot < 0 ? undefined : word?.slice(dot + 1)) };
}

/** The file that flags and variables name; undefined for the usual one. */
export function environmentFileOf({ flags, terminal }: CommandContext): string | undefined {
  return flags.text('env-file') ?? (terminal.variables['TEMPORAL_ENV_FILE'] || undefined);
}
