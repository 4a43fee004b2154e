import type { Flags } from '../flags.js';

/** How results are written. */
export type Format = 'table' | 'json' | 'jsonl' | 'none';

const FORMATS: readonly Format[] = ['table', 'json', 'jsonl', 'none'];

/** Whether stdout is read by programs. */
export function isJsonFormat(format: Format | undefined): boolean {
  return format === 'json' || format === 'jsonl';
}

/** The format that the flags ask for; undefined if none. A UsageError for an unknown one. */
export function formatOf(flags: Flags): Format | undefined {
  // Names that Temporal's command line has, or had.
  if (['text', 'card'].includes(flags.text('output') ?? '')) return 'table';
  return flags.oneOf('output', FORMATS);
}

/** The format that words ask for which may be wrong in other ways; the last one counts. */
export function formatInWords(words: readonly string[]): Format | undefined {
  let asked: string | undefined;
  for (const [index, word] of words.entries()) {
    if (word === '--') break;
    if (word === '-o' || word === '--output') asked = words[index + 1];
    else asked = /^(?:--output=|-o=?)(.+)$/s.exec(word)?.[1] ?? asked;
  }
  return FORMATS.find((format) => format === asked?.toLowerCase());
}
