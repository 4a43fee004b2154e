/** The parts of an address. */
export interface ProtoHostPort {
  scheme?: string;
  /** Without the brackets of an IPv6 address. */
  hostname: string;
  port?: number;
}

const ADDRESS = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^[\]:/@\s]+))(?::(\d{1,5}))?$/;

/** The parts of an address that is nothing but scheme, host and port; `undefined` for any other text. */
export function splitProtoHostPort(uri: string): ProtoHostPort | undefined {
  const [match, scheme, ipv6, name, port] = ADDRESS.exec(uri) ?? [];
  const hostname = ipv6 ?? name;
  if (match === undefined || hostname === undefined) return undefined;
  return { scheme, hostname, port: port === undefined ? undefined : Number(port) };
}

/** The address of the parts, with brackets around an IPv6 address. */
export function joinProtoHostPort({ scheme, hostname, port }: ProtoHostPort): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  return `${scheme === undefined ? '' : `${scheme}://`}${host}${port === undefined ? '' : `:${port}`}`;
}

/** The address of a server as `host:port`. Throws a TypeError for a text that has a scheme or is no address. */
export function normalizeGrpcEndpointAddress(uri: string, defaultPort: number): string {
  const parts = splitProtoHostPort(uri);
  if (parts === undefined || parts.scheme !== undefined) {
    throw new TypeError(
      `Invalid address for Temporal gRPC endpoint: expected URI of the form 'hostname' or 'hostname:port'; got '${uri}'`,
    );
  }
  return joinProtoHostPort({ hostname: parts.hostname, port: parts.port ?? defaultPort });
}

/** A proxy that connections are made through with HTTP CONNECT. */
export interface HttpConnectProxyConfig {
  type: 'http-connect';
  /** `hostname:port`, with or without `http://` in front. */
  targetHost: string;
  /** Sent in plain text, so use it on networks you trust. Neither may contain a colon or an at sign. */
  basicAuth?: { username: string; password: string };
}

/** A proxy that connections are made through. */
export type ProxyConfig = HttpConnectProxyConfig;

/** The parts of a proxy's address. Throws a TypeError unless it has a port and no scheme but `http`. */
export function parseHttpConnectProxyAddress(target: string): ProtoHostPort {
  const parts = splitProtoHostPort(target);
  const problem =
    parts === undefined
      ? "expected 'hostname:port' or '[ipv6 address]:port'"
      : parts.scheme !== undefined && parts.scheme !== 'http'
        ? "scheme must be 'http'"
        : parts.port === undefined
          ? 'port is required'
          : undefined;
  if (parts === undefined || problem !== undefined) {
    throw new TypeError(`Invalid address for HTTP CONNECT proxy: ${problem}; got '${target}'`);
  }
  return { scheme: 'http', hostname: parts.hostname, port: parts.port };
}
