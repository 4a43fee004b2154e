/**
 * Serves any request on the HTTP/2 layer, for the conformance suite h2spec (https://github.com/summerwind/h2spec):
 *
 *   node bench/transport/conformance-server.mjs 8080 & h2spec -p 8080 -o 3
 *
 * The gRPC server itself is not what h2spec expects: it refuses what is not gRPC before the body has come.
 */
import { encodeHeaderBlock, Http2Server } from '../../packages/server/dist/api/http2/index.js';

const head = encodeHeaderBlock([
  [':status', '200'],
  ['content-type', 'text/plain'],
]);
const trailers = encodeHeaderBlock([['done', 'yes']]);

const server = new Http2Server({
  onRequest: (stream) => ({
    onData() {},
    onEnd: () => stream.respond(head, [Buffer.from('hello conformance')], trailers),
    onClosed() {},
  }),
});
await server.listen('127.0.0.1', Number(process.argv[2] ?? 8080));
