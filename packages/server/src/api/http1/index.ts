// HTTP/1.1 for what is no gRPC: a port, and who answers there. Knows nothing of what is served.
export { type HttpHandler, HttpServer, type HttpServerOptions } from './server.js';
