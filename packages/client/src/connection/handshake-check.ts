import { connect as connectPlain, type Socket } from 'node:net';
import { setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { TLSConfig } from '@perdure/common/internal/conversion';
import { type CallStreamTarget, tlsOptionsOf } from '../transport/index.js';
import { causeOf, CLOSED_AT_ONCE, isUntrusted, SPEAKS_TLS } from './handshake-causes.js';

/** Client and server do not come to terms about encryption. The message says what about, and what to do. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
}

/** What a client of HTTP/2 says first: the preface and an empty SETTINGS frame. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Most connections are there by then, and need no check. */
const FIRST_CHECK_AFTER_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
const LONGEST_CHECK_MS = 5_000;
/** A server that completes handshakes and then hangs up so often in a row means it. */
const MAX_HANG_UPS = 3;

/**
 * Resolves and rejects as `ready` does, but earlier with a {@link HandshakeError} when the server is there and the handshake
 * cannot succeed. A server that is away is waited for: nothing can be said of it.
 */
export async function unlessRefused(ready: Promise<void>, target: CallStreamTarget): Promise<void> {
  const done = new AbortController();
  // Whichever comes second is not heard of.
  ready.catch(() => undefined);
  try {
    await Promise.race([ready, refusal(target, done.signal)]);
  } finally {
    done.abort();
  }
}

/** Rejects when it is clear that the handshake cannot succeed, and once `done`. Never resolves. */
async function refusal(target: CallStreamTarget, done: AbortSignal): Promise<never> {
  let hangUps = 0;
  for (let pauseMs = FIRST_CHECK_AFTER_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await setTimeout(pauseMs, undefined, { signal: done, ref: false });
    const { cause, isClear } = await check(target, done);
    hangUps = cause === CLOSED_AT_ONCE ? hangUps + 1 : 0;
    if (cause === undefined || (!isClear && hangUps < MAX_HANG_UPS)) continue;
    throw new HandshakeError(`${target.address} cannot be connected to: ${cause}`);
  }
}

interface Verdict {
  /** Undefined if the server answered, or is away. */
  readonly cause: string | undefined;
  readonly isClear: boolean;
  /** Whether there was a TLS handshake, successful or not. */
  readonly hasTls: boolean;
}

const NOTHING_TO_SAY: Verdict = { cause: undefined, isClear: false, hasTls: false };

async function check(target: CallStreamTarget, done: AbortSignal): Promise<Verdict> {
  const verdict = await attempt(target, done);
  if (target.tls !== undefined || verdict.cause !== CLOSED_AT_ONCE) return verdict;
  // Hardly any server says a word to those who do not encrypt. One that begins a handshake with those who do wants that.
  const withTls = await attempt({ ...target, tls: {} }, done);
  return withTls.hasTls ? { cause: SPEAKS_TLS, isClear: true, hasTls: true } : NOTHING_TO_SAY;
}

/** Connects as the transports do, says hello, and looks at what comes first. */
function attempt({ address, tls }: CallStreamTarget, done: AbortSignal): Promise<Verdict> {
  return new Promise((resolve) => {
    let isReady = false;
    const socket = open(address, tls);
    const finish = (verdict: Verdict): void => {
      clearTimeout(timer);
      done.removeEventListener('abort', onDone);
      socket.destroy();
      resolve(verdict);
    };
    const onDone = (): void => finish(NOTHING_TO_SAY);
    const timer = startTimer(onDone, LONGEST_CHECK_MS).unref();
    done.addEventListener('abort', onDone, { once: true });
    const hasTls = (): boolean => tls !== undefined && isReady;
    socket.on('error', (error) => {
      const cause = causeOf(error);
      finish({ cause, isClear: cause !== undefined, hasTls: hasTls() || isUntrusted(error) });
    });
    socket.once('close', () =>
      finish(isReady ? { cause: CLOSED_AT_ONCE, isClear: false, hasTls: hasTls() } : NOTHING_TO_SAY),
    );
    socket.once('data', () => finish({ ...NOTHING_TO_SAY, hasTls: hasTls() }));
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      isReady = true;
      socket.write(PREFACE);
    });
  });
}

function open(address: string, tls: TLSConfig | undefined): Socket | TLSSocket {
  const { hostname, port } = new URL(`http://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (tls === undefined) return connectPlain({ host, port: Number(port || 80) });
  return connectTls({
    host,
    port: Number(port || 80),
    ALPNProtocols: ['h2'],
    ...tlsOptionsOf(tls),
    servername: tls.serverNameOverride ?? (/[:]|^[\d.]+$/.test(host) ? '' : host),
  });
}
