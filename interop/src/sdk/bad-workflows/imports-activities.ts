import { readsFiles } from './reads-files.js';

/** Calls an activity as if it were a function of its own. */
export async function importsActivities(): Promise<string> {
  return await readsFiles();
}
