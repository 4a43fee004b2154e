/** Puts the load on, in processes of its own, so that the server's CPU is nobody else's. It must not know the servers. */
export { drive, type DriveResult, type DriveTask, type LoadProcesses } from './driver-process.js';
