/** What is wrong with a spec, said to whoever sent it. Never leaves `canonicalSpec`, which answers it as a text. */
export class SpecProblem extends Error {
  override readonly name = 'SpecProblem';
}

/** Throws a `SpecProblem`. */
export function refuse(problem: string): never {
  throw new SpecProblem(problem);
}
