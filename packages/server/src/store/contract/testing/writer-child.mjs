/**
 * Commits for ever and says what was acknowledged, to be killed at any moment. Everything it writes can be computed
 * from shard and position, so the test knows what must be there.
 *
 *   node writer-child.mjs FILE SHARDS
 *
 * Prints `open`, then `ack SHARD POSITION` for each durable group.
 */
import { Buffer } from 'node:buffer';
import { Committer } from '../../../../dist/committer/index.js';
import { openStore } from '../../../../dist/store/index.js';

const [path, shardCount] = [process.argv[2], Number(process.argv[3])];
const store = await openStore({ kind: 'sqlite', path, clusterId: 'crash', shardCount });
process.stdout.write('open\n');
const committer = new Committer({ store });

for (let shardId = 0; shardId < shardCount; shardId++) {
  const shard = await store.acquireShard({ shardId, ownerId: 'child', leaseUntilMs: 0 });
  run(shard, committer.attach(shard));
}

function run(shard, journal) {
  let materialising = false;
  const step = () => {
    const position = journal.enqueue(Buffer.from(`${shard.shardId}:`), (failure) => {
      if (failure !== undefined) throw failure;
      process.stdout.write(`ack ${shard.shardId} ${position}\n`);
      if (position % 7 === 0 && !materialising) materialise(position);
      step();
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
