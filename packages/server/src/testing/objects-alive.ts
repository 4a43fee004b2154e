import { queryObjects } from 'node:v8';

/**
 * How many more objects are alive after some rounds than before them, functions included, counted after full collections of garbage. The
 * same number of rounds goes first, so that everything is there that is made once.
 */
export async function objectsLeftBy(rounds: number, round: (index: number) => Promise<void>): Promise<number> {
  const go = async (from: number): Promise<number> => {
    for (let index = from; index < from + rounds; index += 1) await round(index);
    return queryObjects(Object, { format: 'count' });
  };
  const before = await go(0);
  return (await go(rounds)) - before;
}
