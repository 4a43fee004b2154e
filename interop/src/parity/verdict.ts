import type { Difference, IntendedDifference } from './difference.js';

/** A difference with the reason for it, if it has one. */
export interface JudgedDifference extends Difference {
  readonly why: string | undefined;
}

/** What was found, held against what is meant to be. */
export interface Verdict {
  readonly differences: readonly JudgedDifference[];
  /** Differences that nobody has given a reason for. */
  readonly unexplained: readonly JudgedDifference[];
  /** Reasons for differences that are not there, or not any more. */
  readonly stale: readonly IntendedDifference[];
}

/** Gives every difference the reason of the first intended one that covers it. */
export function judge(found: readonly Difference[], intended: readonly IntendedDifference[]): Verdict {
  const used = new Set<IntendedDifference>();
  const matchers = intended.map((one) => [one, matcherOf(one)] as const);
  const differences = found.map((difference) => {
    const reason = matchers.find(([, matches]) => matches(difference))?.[0];
    if (reason !== undefined) used.add(reason);
    return { ...difference, why: reason?.why };
  });
  return {
    differences,
    unexplained: differences.filter(({ why }) => why === undefined),
    stale: intended.filter((one) => !used.has(one)),
  };
}

function matcherOf({ entry, names, at = '' }: IntendedDifference): (difference: Difference) => boolean {
  const [entryPattern, atPattern] = [pattern(entry), pattern(at)];
  const namePatterns = names.split(/\s+/).map(pattern);
  return (difference) =>
    entryPattern.test(difference.entry) &&
    atPattern.test(difference.at) &&
    namePatterns.some((name) => name.test(difference.name));
}

function pattern(text: string): RegExp {
  const escaped = text.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}
