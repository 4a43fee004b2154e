/**
 * Compares what could carry gRPC: server CPU per unary call, throughput, latency, and memory per held long poll.
 *
 *   node bench/transport/run.mjs [--json] [--server perdure,node-http2,grpc-js] [--client http2,grpc-js,official]
 *                                [--only unary|polls] [--concurrency 1,32,256] [--calls N] [--cpu-prof FOLDER]
 *
 * The server runs in a process of its own. Its CPU time is read from that process; throughput is that of one client
 * process, which is busier than the server: it says what one client can do, not what the server can.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { grpcJsClient, http2Client, officialClient } from './clients.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    server: { type: 'string', default: 'perdure,node-http2,grpc-js' },
    client: { type: 'string', default: 'http2,grpc-js,official' },
    only: { type: 'string', default: 'unary,polls' },
    concurrency: { type: 'string', default: '1,32,256' },
    calls: { type: 'string', default: '10000' },
    'cpu-prof': { type: 'string' },
  },
});
const clients = { http2: http2Client, 'grpc-js': grpcJsClient, official: officialClient };
const CALLS_AT_ONE = 3_000;
const WARM_UP_CALLS = 2_000;
const HELD_POLLS = 10_000;

for (const serverName of options.server.split(',')) {
  if (options.only.includes('unary')) {
    for (const clientName of options.client.split(',')) await unary(serverName, clientName);
  }
  if (options.only.includes('polls')) await polls(serverName);
}

async function unary(serverName, clientName) {
  const server = await startServer(serverName);
  const client = await clients[clientName](server.port);
  for (const concurrency of options.concurrency.split(',').map(Number)) {
    await load(client, concurrency, WARM_UP_CALLS);
    const calls = concurrency === 1 ? Math.min(CALLS_AT_ONE, Number(options.calls)) : Number(options.calls);
    await server.ask('begin');
    const startMs = performance.now();
    const latenciesMs = await load(client, concurrency, calls);
    const elapsedMs = performance.now() - startMs;
    const { cpuUs, rssBytes } = await server.ask('end');
    report({
      name: 'unary',
      server: serverName,
      client: clientName,
      concurrency,
      throughputPerS: Math.round((calls / elapsedMs) * 1_000),
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      serverCpuUsPerOp: round(cpuUs / calls),
      serverRssMb: Math.round(rssBytes / 1e6),
    });
  }
  await client.close();
  await server.stop();
}

async function polls(serverName) {
  const server = await startServer(serverName);
  const client = await http2Client(server.port);
  for (let call = 0; call < WARM_UP_CALLS; call++) await client.call();
  const before = await server.ask('end');
  for (let poll = 0; poll < HELD_POLLS; poll++) client.poll();
  // A call that is answered says that what was sent before it has arrived.
  await client.call();
  const after = await server.ask('end');
  await server.ask('begin');
  for (let call = 0; call < 1_000; call++) await client.call();
  const busy = await server.ask('end');
  report({
    name: 'held-polls',
    server: serverName,
    client: 'http2',
    concurrency: HELD_POLLS,
    serverBytesPerPoll: Math.round((after.rssBytes - before.rssBytes) / HELD_POLLS),
    serverCpuUsPerOp: round(busy.cpuUs / 1_000),
    serverRssMb: Math.round(after.rssBytes / 1e6),
  });
  client.close();
  await server.stop();
}

/** `concurrency` loops share `calls` calls; returns how long each took. */
async function load(client, concurrency, calls) {
  const latenciesMs = [];
  let left = calls;
  const loop = async () => {
    while (left-- > 0) {
      const startMs = performance.now();
      await client.call();
      latenciesMs.push(performance.now() - startMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return latenciesMs;
}

async function startServer(name) {
  const profile = options['cpu-prof'];
  const endsWithParent = ['--require', fileURLToPath(new URL('../../scripts/ends-with-parent.cjs', import.meta.url))];
  const execArgv = [
    ...endsWithParent,
    '--expose-gc',
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
  ];
  const child = fork(new URL('candidates.mjs', import.meta.url), [name], { execArgv });
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  const { port } = await answer();
  return {
    port,
    ask(message) {
      child.send(message);
      return answer();
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.send('exit');
      await exited;
    },
  };
}

function quantile(values, fraction) {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.floor((sorted.length - 1) * fraction)]);
}

function round(value) {
  return Math.round(value * 100) / 100;
}

function report(row) {
  if (options.json) console.log(JSON.stringify(row));
  else
    console.log(
      Object.entries(row)
        .map(([name, value]) => `${name}=${value}`)
        .join('  '),
    );
}
