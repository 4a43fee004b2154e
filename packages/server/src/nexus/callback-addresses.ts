import { SYSTEM_CALLBACK_URL } from './nexus-completions.js';

/** Where callbacks may go. */
export interface AllowedAddress {
  /** Host, or host and port, with `*` for any characters: `*.example.com`, `10.0.0.*:8080`, `*`. */
  readonly pattern: string;
  /** Callbacks may go there without TLS. Default: they may not. */
  readonly allowInsecure?: boolean;
}

interface Rule {
  readonly matches: RegExp;
  readonly allowsInsecure: boolean;
}

/**
 * Keeps clients from making this server call any address of its network: callbacks go to this server itself, and to
 * addresses that its operator has allowed. The first pattern that an address matches decides, as on Temporal's server.
 */
export class CallbackAddresses {
  private readonly rules: readonly Rule[];

  /** `ownUrl`: how this server itself is reached over HTTP, if it is. */
  constructor(
    allowed: readonly AllowedAddress[],
    private readonly ownUrl: () => string | undefined,
  ) {
    this.rules = allowed.map(({ pattern, allowInsecure }) => ({
      matches: new RegExp(`^${pattern.split('*').map(quoted).join('.*')}$`, 'i'),
      allowsInsecure: allowInsecure === true,
    }));
  }

  /** Why no callback may go to `url`; undefined if it may. */
  refusalOf(url: string): string | undefined {
    if (url === SYSTEM_CALLBACK_URL) return undefined;
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
    if (scheme !== 'http' && scheme !== 'https') return `invalid url: unknown scheme: ${url}`;
    if (!URL.canParse(url)) return `invalid url: missing host: ${url}`;
    const parsed = new URL(url);
    if (this.isOwn(parsed)) return undefined;
    const port = parsed.port || (scheme === 'https' ? '443' : '80');
    const [host, hostAndPort] = [parsed.host, `${parsed.hostname}:${port}`];
    const rule = this.rules.find(({ matches }) => matches.test(host) || matches.test(hostAndPort));
    if (rule === undefined)
      return `invalid url: url does not match any configured callback address: ${url} (${HOW_TO_ALLOW})`;
    if (scheme === 'https' || rule.allowsInsecure) return undefined;
    return `invalid url: callback address does not allow insecure connections: ${url} (${HOW_TO_ALLOW})`;
  }

  private isOwn(url: URL): boolean {
    const own = this.ownUrl();
    return own !== undefined && URL.canParse(own) && new URL(own).origin === url.origin;
  }
}

const HOW_TO_ALLOW =
  "an operator allows addresses with --callback-address, or with --dynamic-config-value 'callback.allowedAddresses=[...]'";

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
