import { COMMANDS } from './commands/index.js';
import { formatInWords } from './output/format.js';
import { processTerminal } from './process-terminal.js';
import { runProgram } from './program.js';
import { Report } from './report.js';

const words = process.argv.slice(2);
const terminal = processTerminal();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, closes the pipe.
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`perdure: cannot write the output: ${error.message}\n`);
  process.exit(1);
});

// Our own faults, too, are told in one line, and leave valid JSON behind.
process.on('uncaughtException', (error) => {
  const isBegun = process.stdout.bytesWritten > 0;
  process.exit(new Report(terminal, isBegun ? undefined : formatInWords(words)).fail(error));
});

// What Node will change one day is for us to know, not for people at a terminal.
process.noDeprecation = true;

process.exitCode = await runProgram(COMMANDS, words, terminal);
// What was waited for when Ctrl-C came is not waited for any more.
if (process.exitCode === 130) process.exit();
