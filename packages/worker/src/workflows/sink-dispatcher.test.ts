import { noopMetricMeter } from '@perdure/common';
import { expect, test } from 'vitest';
import { RecordingLogger } from '../testing/recording-logger.js';
import { SinkDispatcher } from './sink-dispatcher.js';

const call = (fnName: string, ...args: unknown[]) => ({ ifaceName: 'audit', fnName, args, workflowInfo: {} as never });

function dispatcher() {
  const logger = new RecordingLogger();
  const heard: unknown[] = [];
  const sinks = {
    audit: {
      wrote: { fn: (_info: unknown, text: string) => void heard.push(text) },
      always: { fn: (_info: unknown, text: string) => void heard.push(text), callDuringReplay: true },
      throws: { fn: () => { throw new Error('sink'); } },
      rejects: { fn: async () => { throw new Error('later'); } },
    },
  }; // prettier-ignore
  return { sinks: new SinkDispatcher(sinks as never, logger, noopMetricMeter), logger, heard };
}

test('on replay those are called only that want to be', () => {
  const { sinks, heard } = dispatcher();
  sinks.dispatch([call('wrote', 'in life'), call('always', 'in life too')], false);
  sinks.dispatch([call('wrote', 'on replay'), call('always', 'on replay too')], true);
  expect(heard).toEqual(['in life', 'in life too', 'on replay too']);
});

test('what goes wrong in a sink is logged, and harms nobody', async () => {
  const { sinks, heard, logger } = dispatcher();
  sinks.dispatch([call('throws'), call('rejects'), call('unknown'), call('wrote', 'after all')], false);
  await Promise.resolve();
  expect(heard).toEqual(['after all']);
  expect([...logger.messages('ERROR')].sort()).toEqual([
    'External sink function threw an error',
    'External sink function threw an error',
    'Workflow referenced an unregistered external sink',
  ]);
});
