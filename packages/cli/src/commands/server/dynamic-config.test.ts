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
