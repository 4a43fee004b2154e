import * as wf from '@temporalio/workflow';

const add = wf.defineUpdate<number, [number]>('add');
const addLater = wf.defineUpdate<number, [number]>('addLater');
const note = wf.defineSignal<[string]>('note');

/** Takes signals, updates and queries until it is told to finish. */
export async function messages(): Promise<unknown[]> {
  const log: unknown[] = [];
  let isFinished = false;
  wf.setHandler(
    add,
    (amount) => {
      if (amount === 13) throw wf.ApplicationFailure.nonRetryable('thirteen');
      log.push(['add', amount]);
      return amount * 2;
    },
    {
      validator: (amount) => {
        if (amount < 0) throw new Error('negative');
      },
    },
  );
  wf.setHandler(addLater, async (amount) => {
    log.push(['addLater', amount]);
    await wf.sleep(10);
    log.push(['added', amount]);
    return amount;
  });
  wf.setHandler(note, async (text) => {
    log.push(['note', text]);
    if (text === 'slow') await wf.sleep(10);
    if (text === 'finish') isFinished = true;
  });
  wf.setHandler(wf.defineQuery<number>('count'), () => log.length);
  wf.setHandler(wf.defineQuery<number, [string]>('failing'), () => {
    throw new Error('no answer');
  });
  await wf.condition(() => isFinished);
  await wf.condition(wf.allHandlersFinished);
  return log;
}

/** Sets handlers late, so that signals and updates wait for it. */
export async function lateHandlers(): Promise<unknown[]> {
  const log: unknown[] = [];
  await wf.sleep(200);
  wf.setHandler(note, (text) => void log.push(text));
  wf.setHandler(add, (amount) => {
    log.push(amount);
    return amount;
  });
  await wf.condition(() => log.includes('last'));
  return log;
}

/** Has been signalled, updated and cancelled before it begins. */
export async function messagesAtOnce(): Promise<unknown[]> {
  const log: unknown[] = ['begins'];
  const handle = async (text: string): Promise<void> => {
    log.push(text);
    await Promise.resolve();
    log.push(`${text}, a moment later`);
  };
  log.push(wf.CancellationScope.current().consideredCancelled);
  wf.setHandler(note, async (text) => await handle(text));
  log.push('takes signals');
  wf.setHandler(add, async (amount) => {
    await handle(`adds ${amount}`);
    return amount;
  });
  log.push('takes updates');
  await Promise.resolve();
  log.push('goes on');
  await wf.CancellationScope.nonCancellable(() => wf.sleep(50));
  return log;
}
