/**
 * Commits for ever and says what was acknowledged, to be killed at any moment. Everything it writes can be computed
 * from shard and position, so the test knows what must be there.
 *
 *   node writer-child.mjs FILE SHARDS [EXIT_AFTER]
 *
 * With EXIT_AFTER it ends itself with exit code 3 after so many groups, in the middle of whatever goes on.
 *
 * Prints `open`, then `ack SHARD POSITION` for each durable group and `record SHARD NUMBER` for each pair of records.
 */
import { Buffer } from 'node:buffer';
import { Committer } from '../../../../dist/committer/index.js';
import { openStore } from '../../../../dist/store/index.js';

const [path, shardCount, exitAfter] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let acknowledged = 0;
const store = await openStore({ kind: 'sqlite', path, clusterId: 'crash', shardCount });
process.stdout.write('open\n');
const committer = new Committer({ store });

for (let shardId = 0; shardId < shardCount; shardId++) {
  const shard = await store.acquireShard({ shardId, ownerId: 'child', leaseUntilMs: 0 });
  run(shard, committer.attach(shard), await recordWriter(shard));
}

function run(shard, journal, writeRecords) {
  let materialising = false;
  const step = () => {
    const position = journal.enqueue(Buffer.from(`${shard.shardId}:`), (failure) => {
      if (failure !== undefined) throw failure;
      process.stdout.write(`ack ${shard.shardId} ${position}\n`);
      if (position % 5 === 0) void writeRecords();
      if (position % 7 === 0 && !materialising) materialise(position);
      step();
      if (++acknowledged === exitAfter) setImmediate(() => process.exit(3));
    });
    journal.enqueue(Buffer.from(`position ${position}`));
  };
  step();

  function materialise(throughPosition) {
    materialising = true;
    const run = { namespaceId: 'n', workflowId: `shard ${shard.shardId}`, runId: 'run' };
    const snapshot = Buffer.from(`through ${throughPosition}`);
    const execution = {
      ...run,
      sequence: throughPosition,
      snapshot,
      open: true,
      isCurrent: true,
      needsAttention: false,
    };
    const changes = { shardId: shard.shardId, epoch: shard.epoch, throughPosition, executions: [execution] };
    void store.materialise([changes]).then(() => (materialising = false));
  }
}

/** Two records of a shard always hold the same number, one more each time. */
async function recordWriter(shard) {
  const keys = ['left', 'right'].map((side) => ({
    namespaceId: 'n',
    kind: 'schedule',
    id: `${side} ${shard.shardId}`,
  }));
  const stored = await store.records.read(keys[0]);
  let number = Number(Buffer.from(stored ?? '0').toString());
  return async () => {
    number++;
    const value = Buffer.from(String(number));
    await store.records.write(
      shard,
      keys.map((key) => ({ key, value })),
    );
    process.stdout.write(`record ${shard.shardId} ${number}\n`);
  };
}
