import { parseArgs } from 'node:util';

/** The flags of a script as `parseArgs` reads them. Ends the process with one line and how to call it if they cannot be read. */
export function readFlags(options, usage) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}
