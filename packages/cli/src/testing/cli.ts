import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyCodec } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import { startServer } from '@perdure/server';
import { expect, vi } from 'vitest';
import { COMMANDS } from '../commands/index.js';
import { runProgram } from '../program.js';
import { RecordingTerminal } from './recording-terminal.js';
import { TESTED } from './tested-server.js';

/** How a command line ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The server that is asked. */
interface TestedServer {
  readonly address: string;
  stop(): Promise<void>;
}

async function startOwnServer(): Promise<TestedServer> {
  const server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 } });
  return { address: server.address, stop: () => server.stop({ graceMs: 0 }) };
}

type TerminalOptions = ConstructorParameters<typeof RecordingTerminal>[1];

/** The command line, with settings in a folder of its own, in a namespace of its own. */
export class Cli {
  readonly folder = mkdtempSync(join(tmpdir(), 'perdure-cli-'));

  private constructor(
    readonly server: TestedServer,
    readonly namespace: string,
  ) {}

  /** On a server of its own, or on whatever Temporal-compatible server PERDURE_TEST_ADDRESS names. */
  static async start(): Promise<Cli> {
    const { address } = TESTED;
    if (address === undefined) return new Cli(await startOwnServer(), 'default');
    const cli = new Cli({ address, stop: () => Promise.resolve() }, `perdure-cli-${randomUUID().slice(0, 8)}`);
    await cli.text('operator', 'namespace', 'create', cli.namespace);
    // Servers of several parts learn of a namespace one after the other.
    await vi.waitFor(() => cli.text('workflow', 'count'), { timeout: 15_000, interval: 200 });
    return cli;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** What settings are read from. */
  get variables(): Readonly<Record<string, string>> {
    return {
      TEMPORAL_ADDRESS: this.server.address,
      TEMPORAL_NAMESPACE: this.namespace,
      TEMPORAL_ENV_FILE: join(this.folder, 'environments.yaml'),
      TEMPORAL_CONFIG_FILE: join(this.folder, 'profiles.toml'),
    };
  }

  /** Writes a file into the folder; gives its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  terminal(options: TerminalOptions = {}): RecordingTerminal {
    return new RecordingTerminal(this.variables, options);
  }

  /** Runs one command line. */
  async run(...words: string[]): Promise<Ran> {
    return this.runOn(this.terminal(), ...words);
  }

  /** Runs one command line on a terminal of the caller's. */
  async runOn(terminal: RecordingTerminal, ...words: string[]): Promise<Ran> {
    const code = await runProgram(COMMANDS, words, terminal);
    return { code, out: terminal.outText, err: terminal.errText };
  }

  /** The text that a command which must succeed writes. */
  async text(...words: string[]): Promise<string> {
    const { code, out, err } = await this.run(...words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out;
  }

  /** The JSON that a command which must succeed writes. */
  async json(...words: string[]): Promise<unknown> {
    return JSON.parse(await this.text(...words, '-o', 'json')) as unknown;
  }

  /** The same, for what must be a message of the API in proto3 JSON. */
  async message(codec: AnyCodec, ...words: string[]): Promise<unknown> {
    const json = await this.json(...words);
    expectMessage(codec, json);
    return json;
  }

  /** The one line that a command which must fail writes, and its exit code. */
  async failure(...words: string[]): Promise<{ readonly code: number; readonly err: string }> {
    const { code, err } = await this.run(...words);
    expect(err).toMatch(/^perdure: [^\n]+\n$/);
    return { code, err: err.slice('perdure: '.length).trimEnd() };
  }
}

/** Holds JSON against the API: every field known, every value in the canonical form of proto3 JSON. */
export function expectMessage(codec: AnyCodec, json: unknown): void {
  expect(toJson(codec, fromJson(codec, json))).toEqual(json);
}
