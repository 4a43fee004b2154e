import { fileURLToPath } from 'node:url';

/** The arguments of Node, before the script, of a child that ends with its parent, whatever ends that; its stdio needs "ipc". */
export const ENDS_WITH_PARENT: readonly string[] = [
  '--require',
  fileURLToPath(new URL('../../../../scripts/ends-with-parent.cjs', import.meta.url)),
];
