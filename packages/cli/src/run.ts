import { COMMANDS } from './commands/index.js';
import { processTerminal } from './process-terminal.js';
import { runProgram } from './program.js';

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

// What Node will change one day is for us to know, not for people at a terminal.
process.noDeprecation = true;

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2), processTerminal());
