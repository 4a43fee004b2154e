import { expect, test } from 'vitest';
import { settingsOfPairs } from './dynamic-config.js';

test.each(['callback.allowedAddresses', 'component.callbacks.allowedAddresses'])(
  '%s is where callbacks may go',
  (key) => {
    const { callbackAddresses, unknown } = settingsOfPairs([
      [key, '[{"Pattern":"*","AllowInsecure":true},{"Pattern":"a.example.com:8443"}]'],
    ]);
    expect(callbackAddresses).toEqual([
      { pattern: '*', allowInsecure: true },
      { pattern: 'a.example.com:8443', allowInsecure: false },
    ]);
    expect(unknown).toEqual([]);
  },
);

test('the circuit breaker of Nexus has its settings in one object, in seconds', () => {
  const key = 'history.outboundQueue.circuitBreakerSettings';
  expect(settingsOfPairs([[key, '{"maxRequests":2,"interval":0,"timeout":1.5}']]).limits).toEqual({
    nexusBreakerTrials: 2,
    nexusBreakerIntervalMs: 0,
    nexusBreakerOpenMs: 1500,
  });
  for (const wrong of ['60', 'timeout', '{"timeout":"60s"}', '{"colour":1}', '[]'])
    expect(() => settingsOfPairs([[key, wrong]])).toThrow(`${key} must be like {"maxRequests":1,`);
});

test('limits go by their names in Temporal, whatever the case of their letters', () => {
  expect(
    settingsOfPairs([
      ['Limit.BlobSize.Error', '100'],
      ['history.longPollExpirationInterval', '"2s"'],
      ['history.colour', '"red"'],
    ]),
  ).toEqual({
    limits: { payloadSizeBytes: 100, longPollTimeoutMs: 2000 },
    callbackAddresses: [],
    unknown: ['history.colour'],
  });
});
