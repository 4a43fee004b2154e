import { afterEach, expect, test } from 'vitest';

import { RawClient } from '../testing/raw-client.js';
import { echo, longPoll, until } from '../testing/text-methods.js';
import { GrpcServer } from './server.js';

const POLLS = 10_000;
const CONNECTIONS = 4;

let server: GrpcServer;
let clients: RawClient[];

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop({ graceMs: 0 });
});

test('holds 10,000 long polls, answers other calls meanwhile, and lets all go when it drains', async () => {
  server = new GrpcServer({ methods: [longPoll, echo] });
  await server.start();
  clients = Array.from({ length: CONNECTIONS }, () => new RawClient(server.address));
  const polls = clients.flatMap((client) =>
    Array.from({ length: POLLS / CONNECTIONS }, () =>
      client.call('/test.Service/LongPoll', 'poll', { 'grpc-timeout': '70S' }),
    ),
  );
  await until(() => server.callsInFlight === POLLS);
  expect((await clients[0]?.call('/test.Service/Echo', 'meanwhile'))?.message).toBe('meanwhile');
  await server.stop();
  const answers = await Promise.all(polls);
  expect(new Set(answers.map((answer) => answer.message))).toEqual(new Set(['empty: drain']));
});
