import * as wf from '@temporalio/workflow';
import { settle, type Settled } from './settle.js';

/** Waits to be cancelled. */
export async function target(): Promise<string> {
  const seen: string[] = [];
  wf.setHandler(wf.defineSignal<[string]>('note'), (text) => void seen.push(text));
  await settle(wf.condition(() => false));
  return seen.join();
}

/** Signals and cancels other workflows: one that is there, one that is not; takes a signal back. */
export async function external(targetId: string): Promise<Settled[]> {
  const there = wf.getExternalWorkflowHandle(targetId);
  const nowhere = wf.getExternalWorkflowHandle('nobody-is-called-this');
  const wrongRun = wf.getExternalWorkflowHandle(targetId, '00000000-0000-4000-8000-000000000000');
  return [
    await settle(there.signal('note', 'first')),
    await settle(nowhere.signal('note', 'lost')),
    await settle(wrongRun.signal('note', 'lost')),
    await settle(nowhere.cancel()),
    await settle(takenBack(() => there.signal('note', 'never'))),
    ...(await Promise.all([there.signal('note', 'second'), there.signal('note', 'third')].map(settle))),
    await settle(cancelledLate(() => there.signal('note', 'fourth'))),
    await settle(there.cancel()),
  ];
}

async function takenBack(send: () => Promise<void>): Promise<void> {
  await wf.CancellationScope.cancellable(async () => {
    const sending = send();
    wf.CancellationScope.current().cancel();
    await sending;
  });
}

async function cancelledLate(send: () => Promise<void>): Promise<void> {
  await wf.CancellationScope.cancellable(async () => {
    const sending = send();
    await wf.CancellationScope.nonCancellable(() => wf.sleep(1));
    wf.CancellationScope.current().cancel();
    await sending;
  });
}
