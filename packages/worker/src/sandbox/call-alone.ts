import { MessageChannel, type MessagePort } from 'node:worker_threads';

interface Channel {
  readonly inbox: MessagePort;
  readonly outbox: MessagePort;
}

let channel: Channel | undefined;
const waiting: (() => void)[] = [];

/**
 * Has the event loop call a function, with nothing of anybody else's on the stack: should it be stopped where it is, nothing but itself
 * is lost. Immediates and timers are called several in a row by one function of Node, so the ones behind would be lost with it.
 */
export function callAlone(call: () => void): void {
  channel ??= open();
  if (waiting.push(call) === 1) channel.inbox.ref();
  channel.outbox.postMessage(undefined);
}

function open(): Channel {
  const { port1: inbox, port2: outbox } = new MessageChannel();
  inbox.on('message', () => {
    const call = waiting.shift();
    if (waiting.length === 0) inbox.unref();
    call?.();
  });
  outbox.unref();
  inbox.unref();
  return { inbox, outbox };
}
