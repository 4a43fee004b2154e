/**
 * Loaded with `--require` into a process that was started with an IPC channel: ends it when its parent goes, however that ends. A
 * parent that is killed can stop nothing itself, and a server or worker that is left behind would run for ever.
 */
const { process } = globalThis;

function watchParent() {
  if (process.channel === undefined) throw new Error('ends-with-parent: start this process with "ipc" in its stdio');
  // Without warning, as a parent may go without any: what has to last must outlast that in any case.
  const end = () => process.kill(process.pid, 'SIGKILL');
  process.on('disconnect', end);
  // Listening must not keep a process alive that has nothing left to do.
  process.channel.unref();
  if (!process.connected) end();
}

// Threads load this as well, and end with their process.
if (process.getBuiltinModule('node:worker_threads').isMainThread) watchParent();
