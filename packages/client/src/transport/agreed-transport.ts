import { CallStreamUnsupportedError } from './call-stream/errors.js';
import type { CallStreamTransport } from './call-stream/call-stream-transport.js';
import type { GrpcTransport } from './grpc-transport.js';
import type { ReadAnswer, RpcCallOptions, RpcTransport } from './transport.js';

/**
 * Calls over the call stream where the server offers it, else over unary gRPC. What it is to be is agreed on with the
 * first call; a server that takes the place of the first and has no call stream turns it to unary gRPC for good.
 */
export class AgreedTransport implements RpcTransport {
  private isUnary = false;
  private unary: GrpcTransport | undefined;

  constructor(
    private readonly callStream: CallStreamTransport,
    private readonly openUnary: () => GrpcTransport,
  ) {}

  /** How calls travel at present. */
  get road(): 'call-stream' | 'grpc' {
    return this.isUnary ? 'grpc' : 'call-stream';
  }

  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    if (this.isUnary) return this.overUnary(path, request, options);
    // Once there is a stream nothing is left to agree on.
    return this.callStream.isOpen
      ? this.callStream.call(path, request, options)
      : this.callAndAgree(path, request, options);
  }

  callFor<T>(path: string, request: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T> {
    return !this.isUnary && this.callStream.isOpen
      ? this.callStream.callFor(path, request, options, read)
      : this.call(path, request, options).then(read);
  }

  private async callAndAgree(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    try {
      return await this.callStream.call(path, request, options);
    } catch (error) {
      if (!(error instanceof CallStreamUnsupportedError)) throw error;
      this.isUnary = true;
      return this.overUnary(path, request, options);
    }
  }

  /** Resolves once there is a connection; rejects when there is none at `deadlineMs` (epoch). */
  async whenReady(deadlineMs: number): Promise<void> {
    if (!this.isUnary) {
      try {
        return await this.callStream.whenReady(deadlineMs);
      } catch (error) {
        if (!(error instanceof CallStreamUnsupportedError)) throw error;
        this.isUnary = true;
      }
    }
    await this.unaryTransport().whenReady(deadlineMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.callStream.close(), this.unary?.close()]);
  }

  private overUnary(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    return this.unaryTransport().call(path, request, options);
  }

  private unaryTransport(): GrpcTransport {
    return (this.unary ??= this.openUnary());
  }
}
