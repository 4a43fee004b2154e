/** The peer sent what no peer of this version sends. The stream has to end; calls on it are lost. */
export class CallStreamError extends Error {
  override readonly name = 'CallStreamError';
}
