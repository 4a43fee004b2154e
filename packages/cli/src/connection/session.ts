import { readFileSync } from 'node:fs';
import { ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { callMethod, GrpcTransport } from '@perdure/client/transport';
import { services, type MethodDescription } from '@perdure/protocol';
import { fromJson, JsonFormatError, toJson } from '@perdure/protocol/json';
import { CommandError } from '../errors.js';
import { isObject, listAt, type JsonObject } from '../json.js';
import { VERSION } from '../version.js';
import type { CallLog } from '../call-log.js';
import { isThrottled, isUnavailable, statusOf } from './call-errors.js';
import { throughCodec } from './remote-codec.js';
import type { ConnectionSettings, PemSource, TlsSettings } from './settings.js';

/** A method of the services that the command line calls. */
export type MethodName = keyof typeof services.WorkflowService.methods | keyof typeof services.OperatorService.methods;

/** Choices of one call. */
export interface CallOptions {
  /** Longer than the default for calls that wait. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** For calls that wait for long: once the server has answered, it may go away for a while and come back. */
  readonly isPatient?: boolean;
}

/** How long a server that went away is waited for. */
const PATIENCE_MS = 30_000;
const TRY_EVERY_MS = 500;

/** What was found, and whether there is more of it. */
export interface Items {
  readonly items: readonly JsonObject[];
  readonly hasMore: boolean;
}

const METHODS: Readonly<Record<string, MethodDescription>> = {
  ...services.OperatorService.methods,
  ...services.WorkflowService.methods,
};

/** Calls of the API with requests and answers in proto3 JSON, as they are read from and shown to people. */
export class Session {
  private hasAnswered = false;

  constructor(
    readonly settings: ConnectionSettings,
    private readonly log: CallLog,
    private readonly transport: GrpcTransport = connect(settings),
  ) {}

  get namespace(): string {
    return this.settings.namespace;
  }

  get identity(): string {
    return this.settings.identity;
  }

  /** The answer; a GrpcServiceError as the server sent it. */
  async call(name: MethodName, request: JsonObject, options: CallOptions = {}): Promise<JsonObject> {
    const method = METHODS[name];
    if (method === undefined) throw new CommandError(`no method ${name} is known`);
    const encoded = await throughCodec(this.settings, 'encode', withoutGaps(request));
    const message = read(method, encoded);
    const response = await this.send(method, message, options);
    const json = await throughCodec(this.settings, 'decode', toJson(method.responseType, response));
    return isObject(json) ? json : {};
  }

  private async send(method: MethodDescription, message: object, options: CallOptions): Promise<object> {
    const { signal, isPatient = false, timeoutMs = this.settings.timeoutMs } = options;
    let giveUpAtMs: number | undefined;
    await this.connected();
    for (;;) {
      const startedAt = performance.now();
      const tell = (status: string): void =>
        this.log.call(method.name, this.settings.address, performance.now() - startedAt, status);
      try {
        const response = await callMethod(this.transport, method, message, {
          metadata: this.metadata(),
          timeoutMs,
          signal,
        });
        this.hasAnswered = true;
        tell('OK');
        return response;
      } catch (error) {
        tell(statusOf(error) ?? 'FAILED');
        const isSlowedDown = isThrottled(error);
        giveUpAtMs ??= Date.now() + (isSlowedDown ? (timeoutMs ?? PATIENCE_MS) : PATIENCE_MS);
        const isWorthIt = isSlowedDown || (isPatient && this.hasAnswered && isUnavailable(error));
        if (!isWorthIt || signal?.aborted === true || Date.now() > giveUpAtMs) throw error;
        this.log.waiting(this.settings.address, statusOf(error) ?? '');
        await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
      }
    }
  }

  /** Waits for the connection, where it was said how long that may take. */
  private async connected(): Promise<void> {
    const { address, connectTimeoutMs } = this.settings;
    if (connectTimeoutMs === undefined || this.hasAnswered) return;
    try {
      await this.transport.whenReady(Date.now() + connectTimeoutMs);
    } catch {
      throw new CommandError(`no server answers at ${address} within --client-connect-timeout`, 'UNAVAILABLE');
    }
  }

  /** Calls again for as long as the server answers with pages, and gives the items of one page after the other. */
  async *pages(name: MethodName, request: JsonObject, items: string): AsyncGenerator<readonly JsonObject[]> {
    let nextPageToken: JsonObject[string] = '';
    do {
      const page: JsonObject = await this.call(name, { ...request, nextPageToken });
      yield listAt(page, items);
      nextPageToken = page['nextPageToken'] ?? '';
    } while (nextPageToken !== '');
  }

  /**
   * The items of all pages, but at most `limit`; `onPage` gets those of each page as it arrives. `hasMore` says whether
   * there are others.
   */
  async items(
    name: MethodName,
    request: JsonObject,
    items: string,
    limit = Infinity,
    onPage?: (items: readonly JsonObject[]) => void,
  ): Promise<Items> {
    const found: JsonObject[] = [];
    for await (const page of this.pages(name, request, items)) {
      const wanted = page.slice(0, limit - found.length);
      onPage?.(wanted);
      found.push(...wanted);
      if (wanted.length < page.length) return { items: found, hasMore: true };
    }
    return { items: found, hasMore: false };
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  private metadata(): Record<string, string> {
    const { apiKey, metadata, namespace } = this.settings;
    return {
      'client-name': 'perdure-cli',
      'client-version': VERSION,
      'temporal-namespace': namespace,
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...metadata,
    };
  }
}

/** Flags that were not given leave fields that are undefined, which JSON does not know. */
function withoutGaps(request: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(request)) as JsonObject;
}

function read(method: MethodDescription, json: unknown): object {
  try {
    return fromJson(method.requestType, json);
  } catch (error) {
    if (error instanceof JsonFormatError)
      throw new CommandError(`the request for ${method.name} is wrong: ${error.message}`);
    throw error;
  }
}

function connect({ address, authority, tls }: ConnectionSettings): GrpcTransport {
  const credentials = tls === undefined ? ChannelCredentials.createInsecure() : tlsCredentials(tls);
  const channelOptions: ChannelOptions = {
    'grpc.max_receive_message_length': 128 * 1024 * 1024,
    ...(tls?.serverName === undefined
      ? {}
      : { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName }),
    ...(authority === undefined ? {} : { 'grpc.default_authority': authority }),
  };
  return new GrpcTransport({ address, credentials, channelOptions });
}

function tlsCredentials({ ca, certificate, key, isHostUnverified }: TlsSettings): ChannelCredentials {
  return ChannelCredentials.createSsl(readPem(ca), readPem(key), readPem(certificate), {
    rejectUnauthorized: !isHostUnverified,
  });
}

function readPem({ path, data }: PemSource): Buffer | null {
  if (data !== undefined) return Buffer.from(data);
  if (path === undefined) return null;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
