/**
 * The crash test: orders run while the server and its workers are killed, and the histories must show nothing of it. It knows
 * the server's command line, its API and its file; it must not know how either is made.
 */
export { runCrashTest, type CrashOptions, type CrashReport } from './run.js';
