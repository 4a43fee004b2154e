import { StoreRequestError } from '../../errors.js';
import { positionOutOfOrder } from '../../request-checks.js';
import { readGroups } from '../journal.js';
import type { FramedGroup } from '../journal.js';
import type { Answers } from './answers.js';
import { applyMaterialisations } from './materialise.js';
import type { OperationHandler } from './read-operations.js';
import type { WriteTask } from './task.js';
import { isFatal, messageOf } from './task.js';
import type { SqliteTables } from './tables.js';
import { writeOperations } from './write-operations.js';

/** Performs writes on one connection. After a fatal error it answers nothing but that error. */
export class Writer {
  readonly #tables: SqliteTables;
  readonly #location: string;
  #failure: string | undefined;
  #synced = true;

  constructor(tables: SqliteTables, location: string) {
    this.#tables = tables;
    this.#location = location;
  }

  /** Writes every commit waiting, in one transaction and with one fsync. */
  commit(tasks: readonly WriteTask[], answers: Answers): void {
    if (this.#refuses(tasks, answers)) return;
    const accepted: { readonly task: WriteTask; readonly fenced: readonly number[] }[] = [];
    try {
      this.#begin(true);
      for (const task of tasks) {
        try {
          accepted.push({ task, fenced: this.#append(readGroups(task.request)) });
        } catch (error) {
          if (!(error instanceof StoreRequestError)) throw error;
          answers.reject(task.id, error.message);
        }
      }
      this.#tables.database.exec('COMMIT');
    } catch (error) {
      this.#fail(error, tasks, answers);
      return;
    }
    for (const { task, fenced } of accepted) answers.resolve(task.id, (reply) => writeShardIds(reply, fenced));
  }

  /** Applies one materialisation. It is not synced: see the port about why nothing can be lost by that. */
  materialise(task: WriteTask, answers: Answers): void {
    this.#transaction(task, answers, false, (tables, request, reply) =>
      writeShardIds(reply, applyMaterialisations(tables, request)),
    );
  }

  /** Makes one small change durable. */
  change(task: WriteTask, answers: Answers): void {
    const handler = writeOperations[task.operation];
    if (handler === undefined) throw new TypeError(`The writer thread does not know the operation ${task.operation}.`);
    this.#transaction(task, answers, true, handler);
  }

  /** Checks all groups of a commit before the first is written: a rejected commit leaves nothing behind. */
  #append(groups: readonly FramedGroup[]): number[] {
    const { shards, journal } = this.#tables;
    const accepted = groups.filter(({ shardId, epoch }) => shards.state(shardId).epoch === epoch);
    const lastPositions = new Map<number, number>();
    for (const { shardId, position } of accepted) {
      const lastPosition = lastPositions.get(shardId) ?? shards.state(shardId).lastPosition;
      if (position !== lastPosition + 1) throw positionOutOfOrder(shardId, position, lastPosition);
      lastPositions.set(shardId, position);
    }
    for (const group of accepted) journal.append(group);
    for (const [shardId, position] of lastPositions) shards.state(shardId).lastPosition = position;
    if (accepted.length === groups.length) return [];
    return [...new Set(groups.filter((group) => !accepted.includes(group)).map(({ shardId }) => shardId))];
  }

  #transaction(task: WriteTask, answers: Answers, synced: boolean, handler: OperationHandler): void {
    if (this.#refuses([task], answers)) return;
    try {
      this.#begin(synced);
      answers.resolve(task.id, (reply) => {
        handler(this.#tables, task.request, reply);
        this.#tables.database.exec('COMMIT');
      });
    } catch (error) {
      if (isFatal(error)) {
        this.#fail(error, [task], answers);
      } else {
        this.#rollback();
        answers.reject(task.id, messageOf(error));
      }
    }
  }

  #begin(synced: boolean): void {
    if (synced !== this.#synced) {
      this.#tables.database.exec(`PRAGMA synchronous = ${synced ? 'FULL' : 'NORMAL'}`);
      this.#synced = synced;
    }
    this.#tables.database.exec('BEGIN IMMEDIATE');
  }

  #rollback(): void {
    try {
      this.#tables.database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself already, which it does after the worst errors.
    }
  }

  #fail(error: unknown, tasks: readonly WriteTask[], answers: Answers): void {
    this.#rollback();
    this.#failure =
      `Writing to ${this.#location} failed (${messageOf(error)}). Nothing more is accepted: ` +
      'check the disk and its free space, then start the server again.';
    for (const task of tasks) answers.fail(task.id, this.#failure);
  }

  #refuses(tasks: readonly WriteTask[], answers: Answers): boolean {
    if (this.#failure === undefined) return false;
    for (const task of tasks) answers.fail(task.id, this.#failure);
    return true;
  }
}

function writeShardIds(reply: { put(value: number): unknown }, shardIds: readonly number[]): void {
  reply.put(shardIds.length);
  for (const shardId of shardIds) reply.put(shardId);
}
