import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyCodec } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import { startServer, type RunningServer } from '@perdure/server';
import { expect } from 'vitest';
import { COMMANDS } from '../commands/index.js';
import { runProgram } from '../program.js';
import { RecordingTerminal } from './recording-terminal.js';

/** How a command line ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type TerminalOptions = ConstructorParameters<typeof RecordingTerminal>[1];

/** The command line, with settings in a folder of its own, on a server of its own. */
export class Cli {
  readonly folder = mkdtempSync(join(tmpdir(), 'perdure-cli-'));

  private constructor(readonly server: RunningServer) {}

  static async start(): Promise<Cli> {
    return new Cli(await startServer({ store: { kind: 'memory' }, grpc: { port: 0 } }));
  }

  async stop(): Promise<void> {
    await this.server.stop({ graceMs: 0 });
    rmSync(this.folder, { recursive: true });
  }

  /** What settings are read from. */
  get variables(): Readonly<Record<string, string>> {
    return {
      TEMPORAL_ADDRESS: this.server.address,
      TEMPORAL_ENV_FILE: join(this.folder, 'environments.yaml'),
      TEMPORAL_CONFIG_FILE: join(this.folder, 'profiles.toml'),
    };
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

/** What must become so, however busy the machine is. */
export function eventually<Value>(read: () => Value | Promise<Value>): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: 15_000 });
}
