import { parseArgs } from 'node:util';
import { replayers, sleepingHistory, type Replayer } from './index.js';

// How fast histories are replayed: by the core alone, by our worker, by the official one. Usage: see below.

const USAGE = `npm run bench:replay -- [options]
  --replayer NAME   core, perdure or official; may be repeated (default: all)
  --events N        events of the history (default 10000)
  --rounds N        replays that are measured, after three that are not (default 10)
  --json            one JSON object a row`;

const { values } = parseArgs({
  options: {
    replayer: { type: 'string', multiple: true, default: Object.keys(replayers) },
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await run();

async function run(): Promise<void> {
  const replayed = sleepingHistory(positive('--events', values.events));
  const rounds = positive('--rounds', values.rounds);
  for (const name of values.replayer) {
    const replayer = await replayers[name]?.();
    if (replayer === undefined)
      throw new Error(`--replayer: there is no '${name}'. Give ${Object.keys(replayers).join(', ')}.`);
    const row = { replayer: name, events: replayed.events.length, ...(await measured(replayer, replayed, rounds)) };
    if (values.json) console.log(JSON.stringify(row));
    else
      console.log(
        Object.entries(row)
          .map(([key, value]) => `${key} ${value.toLocaleString('en')}`)
          .join('  '),
      );
  }
  // The official runtime keeps the process alive.
  process.exit();
}

async function measured(replayer: Replayer, replayed: Parameters<Replayer>[0], rounds: number) {
  for (let round = 0; round < 3; round += 1) await replayer(replayed);
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round += 1) await replayer(replayed);
  const seconds = (performance.now() - startedAt) / 1000 / rounds;
  // One activation for each workflow task.
  const activations = Math.floor(replayed.events.length / 5);
  return {
    msPerReplay: Math.round(seconds * 10_000) / 10,
    eventsPerS: Math.round(replayed.events.length / seconds),
    activationsPerS: Math.round(activations / seconds),
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${option} must be a positive whole number, got ${text}`);
  return value;
}
