import { readFileSync } from 'node:fs';

/** Wants what workflow code has not. */
export async function readsFiles(): Promise<string> {
  return readFileSync('/etc/hostname', 'utf8');
}
