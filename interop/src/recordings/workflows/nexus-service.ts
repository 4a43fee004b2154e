import * as nexus from 'nexus-rpc';

/** What recorded workflows call. `wait` ends when it is cancelled. */
export const recordedService = nexus.service('recorded', {
  echo: nexus.operation<string, string>(),
  fail: nexus.operation<'handler' | 'operation' | 'cancelled', void>(),
  stall: nexus.operation<number, void>(),
  run: nexus.operation<'completed' | 'failed' | 'waiting' | 'unimpressed', string>(),
});
