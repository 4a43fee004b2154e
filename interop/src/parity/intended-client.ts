import type { IntendedDifference } from './difference.js';

const RAW_SERVICES =
  'raw calls take and return plain objects with numbers for 64-bit integers; streams, callbacks and events of protobufjs are left out';

/** Differences of the client package that are meant to be. */
export const CLIENT: readonly IntendedDifference[] = [
  { entry: 'client', names: '*Service', at: '*', why: RAW_SERVICES },
  {
    entry: 'client',
    names: 'Connection',
    at: '.transport',
    why: 'our packages take the transport of a connection from it',
  },
  {
    entry: 'client',
    names: 'ConnectionOptions ConnectionOptionsWithDefaults',
    at: '.*',
    why: 'options of our own: the call stream, and servers in this process',
  },
  { entry: 'client', names: 'ConnectionTransport', why: 'the type of such an option' },
  {
    entry: 'client',
    names: 'WorkflowExecutionDescription WorkflowExecutionInfo',
    at: '.*Execution',
    why: 'the message as it is received: both fields are there',
  },
];
