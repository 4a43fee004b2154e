import type { Flags } from './flags.js';
import type { Terminal } from './terminal.js';

const LEVELS = ['debug', 'info', 'warn', 'error', 'never'] as const;
const FORMATS = ['pretty', 'text', 'json'] as const;

/** Tells on stderr of calls to the server, as far as `--log-level` or `--verbose` ask for it. */
export interface CallLog {
  /** A call that ended: with a status other than `OK` it failed. */
  call(method: string, address: string, ms: number, status: string): void;
  /** A server that went away or asks for fewer calls, and is waited for. */
  waiting(address: string, status: string): void;
}

/** The log that the flags ask for. */
export function callLogOf(flags: Flags, terminal: Terminal): CallLog {
  const isVerbose = flags.isSet('verbose');
  const level = flags.oneOf('log-level', LEVELS) ?? (isVerbose ? 'debug' : 'never');
  const isJson = flags.oneOf('log-format', FORMATS) === 'json';
  const write = (
    at: (typeof LEVELS)[number],
    message: string,
    fields: Readonly<Record<string, string | number>>,
  ): void => {
    if (LEVELS.indexOf(at) < LEVELS.indexOf(level)) return;
    const words = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    const line = isJson ? JSON.stringify({ level: at, message, ...fields }) : `${at}: ${message} ${words.join(' ')}`;
    terminal.err(`${line}\n`);
  };
  return {
    call: (method, address, ms, status) => write('debug', 'called', { method, address, ms: Math.round(ms), status }),
    waiting: (address, status) => write('warn', 'the server is waited for', { address, status }),
  };
}
