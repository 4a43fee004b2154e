import { setFlagsFromString } from 'node:v8';

/**
 * For a process that is nothing but a server: V8 optimises what has run for a while, and by default waits so long that the first
 * thousands of calls cost several times what later ones do. Measured: a fifth less CPU for them, and no difference later.
 */
export function optimizeSooner(): void {
  setFlagsFromString('--interrupt-budget=20000');
}
