// An HTTP/2 server (RFC 9113, HPACK RFC 7541) on node:net and node:tls, made for many small requests on few connections.
// It owns frames, header compression, flow control and connection life; it must not know gRPC or anything above it.
export type { Connection } from './connection.js';
export { encodeHeaderBlock } from './header-encoder.js';
export type { HeaderField } from './header-table.js';
export type { Http2Limits } from './limits.js';
export type { RequestHead } from './request-head.js';
export { Http2Server, type Http2ServerOptions, type TlsOptions } from './server.js';
export type { ServerStream, StreamListener } from './stream.js';
