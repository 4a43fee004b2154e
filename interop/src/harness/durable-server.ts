import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { MortalProcess } from '../crash/mortal-process.js';
import { freePort, serverRecipe } from '../crash/recipes.js';
import { Environment } from './environment.js';
import { TestWorkers } from './test-worker.js';

/** Our server in a process of its own, on an SQLite file that outlives it. */
export class DurableServer {
  private constructor(
    private readonly process: MortalProcess,
    private readonly folder: string,
    private readonly address: string,
    private current: Environment,
  ) {}

  static async start(): Promise<DurableServer> {
    const folder = await mkdtemp(join(tmpdir(), 'perdure-restart-'));
    const port = await freePort();
    const process = new MortalProcess(serverRecipe(port, join(folder, 'server.sqlite')));
    await process.start();
    const address = `127.0.0.1:${port}`;
    return new DurableServer(process, folder, address, await environmentAt(address));
  }

  /** Connections to the server as it runs now; the ones of an earlier life are closed. */
  get environment(): Environment {
    return this.current;
  }

  /** Ends the server, asking for it or not, does `whileDown`, and starts it again on the same file. */
  async restart(how: 'stopped' | 'killed', whileDown: () => Promise<void> = async () => undefined): Promise<void> {
    await this.current.connection.close();
    await (how === 'killed' ? this.process.kill() : this.process.stop());
    await whileDown();
    await this.process.start();
    this.current = await environmentAt(this.address);
  }

  /** The server stands still and hears nothing until `meanwhile` is done; then it goes on where it was. */
  async suspend<Result>(meanwhile: () => Promise<Result>): Promise<Result> {
    return await this.process.suspend(meanwhile);
  }

  async close(): Promise<void> {
    await this.current.connection.close();
    await this.process.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function environmentAt(address: string): Promise<Environment> {
  const connection = await Connection.connect({ address, interceptors: [] });
  const workers = new TestWorkers(address, { perdure: '', temporal: '' });
  return new Environment(address, connection, connection, workers);
}
