import type { CommandContext, FlagSpec } from '../command.js';
import { CommandError, UsageError } from '../errors.js';

/** The flag of everything that asks first. */
export const YES_FLAG: FlagSpec = { flags: '-y, --yes', description: 'do not ask' };

/** Comes back if it shall be done. With nobody to ask, `--yes` must have been said. */
export async function confirm({ flags, terminal }: CommandContext, question: string): Promise<void> {
  if (flags.isSet('yes')) return;
  if (!terminal.isInteractive) throw new UsageError(`${question} Nobody can be asked here: say --yes`);
  const answer = (await terminal.ask(`${question} y/N `)).trim().toLowerCase();
  if (answer !== 'y' && answer !== 'yes') throw new CommandError('nothing was done');
}
