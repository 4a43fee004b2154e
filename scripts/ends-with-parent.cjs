/**
 * Loaded with `--require` into a process that was started with an IPC channel: ends it when its parent goes, however that ends. A
 * parent that is killed can stop nothing itself, and a server or worker that is left behind would run for ever.
 */
const { process } = globalThis;

function watchParent() {
  const { channel } = process;
  if (channel === undefined) throw new Error('ends-with-parent: start this process with "ipc" in its stdio');
  // Without warning, as a parent may go without any: what has to last must outlast that in any case.
  const end = () => process.kill(process.pid, 'SIGKILL');
  process.on('disconnect', end);
  // That alone must not keep a process alive that has nothing left to do; waiting for messages does, as ever.
  channel.unref();
  process.on('newListener', (event) => event === 'message' && channel.ref());
  process.on('removeListener', (event) => {
    if (event === 'message' && process.listenerCount(event) === 0) channel.unref();
  });
  if (!process.connected) end();
}

// Threads load this as well, and end with their process.
if (process.getBuiltinModule('node:worker_threads').isMainThread) watchParent();
