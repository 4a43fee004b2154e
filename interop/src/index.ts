/**
 * Holds our server against other people's SDKs, over the wire. It must know nothing of the server but its API, its command line
 * and its file.
 */
export { runCrashTest } from './crash/index.js';
