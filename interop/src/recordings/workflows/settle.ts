/** How something ended, in words that can be compared. */
export type Settled = readonly [outcome: 'done' | 'failed', ...what: unknown[]];

/** Waits for the end of something, good or bad. */
export async function settle(running: Promise<unknown>): Promise<Settled> {
  try {
    return ['done', (await running) ?? null];
  } catch (error) {
    return ['failed', ...chain(error)];
  }
}

function chain(error: unknown): string[] {
  return error instanceof Error ? [`${error.name}: ${error.message}`, ...chain(error.cause)] : [];
}
