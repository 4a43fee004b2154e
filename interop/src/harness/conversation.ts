import * as ours from '@perdure/client';
import type { PayloadCodec, SerializationContext } from '@perdure/common';
import * as theirs from '@temporalio/client';
import { type RecordedCall, RecordingServer, type Script } from './recording-server.js';

/** What scenarios use of either client package. */
export type ClientSdk = typeof ours;

/** What a client asked of a server, and what came of it. */
export interface Conversation {
  readonly outcome: unknown;
  readonly calls: readonly RecordedCall[];
  /** Whom the payloads concerned that were decoded. */
  readonly decodedFor: readonly string[];
}

/** What is done with a client; steps may be tried with `attempt`, which gives errors as values. */
export type ClientScenario = (
  client: ours.Client,
  sdk: ClientSdk,
  attempt: (step: () => unknown) => Promise<unknown>,
) => Promise<unknown>;

/** One scenario with each client, on servers of their own that answer by the same script, made for each if it remembers. */
export async function conversations(
  scenario: ClientScenario,
  script: Script | (() => Script) = {},
  options: ours.ClientOptions = {},
): Promise<{ readonly mine: Conversation; readonly reference: Conversation }> {
  const [mine, reference] = await Promise.all([
    conversation(ours, scenario, script, options),
    conversation(theirs as unknown as ClientSdk, scenario, script, options),
  ]);
  return { mine, reference };
}

async function conversation(
  sdk: ClientSdk,
  scenario: ClientScenario,
  script: Script | (() => Script),
  options: ours.ClientOptions,
): Promise<Conversation> {
  const server = await RecordingServer.start();
  server.follow(typeof script === 'function' ? script() : script);
  const connection = sdk.Connection.lazy({ address: server.address });
  try {
    const decodedFor: string[] = [];
    const dataConverter = { payloadCodecs: [contextCodec(decodedFor)] };
    const client = new sdk.Client({ connection, identity: 'tester', namespace: 'test', dataConverter, ...options });
    const outcome = await scenario(client, sdk, (step) => outcomeOf(step));
    return { outcome: readable(outcome), calls: readable(server.calls) as RecordedCall[], decodedFor };
  } finally {
    await connection.close();
    server.stop();
  }
}

async function outcomeOf(step: () => unknown): Promise<unknown> {
  try {
    return { value: await step() };
  } catch (error) {
    return { error };
  }
}

/** Writes into every payload whom it concerns, so that requests differ where the contexts do, and notes it of the others. */
function contextCodec(decodedFor: string[]): PayloadCodec {
  return {
    async encode(payloads, context) {
      const concerns = Buffer.from(nameOf(context));
      return payloads.map(({ metadata, data }) => ({ metadata: { ...metadata, concerns }, data }));
    },
    async decode(payloads, context) {
      if (payloads.length > 0) decodedFor.push(nameOf(context));
      return payloads;
    },
  };
}

function nameOf(context: SerializationContext | undefined): string {
  return JSON.stringify(context ?? 'nobody');
}

const NOT_COMPARED: ReadonlySet<string> = new Set(['raw', 'rawInfo', 'rawListInfo', 'rawCallbacks', 'client', 'stack']);

/**
 * A value as a test compares it: ids that are made up become `<uuid>`, bytes text; messages themselves, which differ in
 * class, are left out, and so is null, which messages of protobufjs hold where the types say undefined.
 */
function readable(value: unknown): unknown {
  if (value === null || typeof value === 'function') return undefined;
  if (typeof value === 'string') return value.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>');
  if (typeof value !== 'object' || value instanceof Date) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(readable);
  if ('getAll' in value && typeof value.getAll === 'function') return readable(value.getAll());
  const entries = Object.entries(value).filter(([key]) => !NOT_COMPARED.has(key));
  const fields = Object.fromEntries(entries.map(([key, item]) => [key, readable(item)]));
  if (!(value instanceof Error)) return fields;
  const name = value.name === 'GrpcServiceError' ? 'Error' : value.name;
  const { failure: _failure, metadata: _metadata, ...rest } = fields;
  return { ...rest, name, message: value.message, cause: readable(value.cause) };
}
