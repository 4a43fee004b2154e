import { expect, test } from 'vitest';
import { LoggerWithComposedMetadata, type Logger } from '@perdure/common';
import { DefaultLogger, isLogged } from './logger.js';

test('only a default logger, however wrapped, is known to leave messages out', () => {
  const informed = LoggerWithComposedMetadata.compose(new DefaultLogger('INFO'), { worker: 1 });
  expect(isLogged(informed, 'DEBUG')).toBe(false);
  expect(isLogged(informed, 'INFO')).toBe(true);
  expect(isLogged(informed, 'WARN')).toBe(true);
  expect(isLogged(new DefaultLogger('TRACE'), 'TRACE')).toBe(true);

  class Own extends DefaultLogger {}
  expect(isLogged(new Own('ERROR'), 'DEBUG')).toBe(true);
  const { log, trace, debug, info, warn, error }: Logger = new DefaultLogger('ERROR');
  expect(isLogged({ log, trace, debug, info, warn, error }, 'DEBUG')).toBe(true);
});
