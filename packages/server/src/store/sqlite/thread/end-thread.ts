import type { MessagePort } from 'node:worker_threads';

/** Lets the thread end: nothing keeps it but its port. What was sent is still delivered. */
export function endThread(port: MessagePort): void {
  if (typeof port.close === 'function') {
    port.close();
    return;
  }
  // Deno's parent port cannot be closed; its threads have the function of web workers instead.
  (globalThis as { close?: () => void }).close?.();
}
