/** The candidate that is spelled most like a word; undefined if none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const normal = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  const ranked = candidates
    .map((candidate) => [distance(normal(word), normal(candidate)), candidate] as const)
    .sort(([one], [other]) => one - other);
  const [best] = ranked;
  return best !== undefined && best[0] <= Math.max(2, word.length / 3) ? best[1] : undefined;
}

/** How many letters have to be put in, taken out or changed. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const changed = (above[column - 1] ?? 0) + (isSame ? 0 : 1);
      current.push(Math.min(changed, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[other.length] ?? 0;
}
