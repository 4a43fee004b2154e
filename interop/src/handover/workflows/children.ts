import {
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  getExternalWorkflowHandle,
  sleep,
  startChild,
  workflowInfo,
  ApplicationFailure,
  condition,
  defineSignal,
  isCancellation,
  setHandler,
  ParentClosePolicy,
} from '@perdure/workflow';
import { Stages } from './stages.js';

const finish = defineSignal<[string]>('finish');

/** A child that ends when it is told to. */
export async function obedient(): Promise<string> {
  let word: string | undefined;
  setHandler(finish, (text) => void (word = text));
  await condition(() => word !== undefined);
  return `obeyed ${word}`;
}

/** A child that fails. */
export async function failing(message: string): Promise<never> {
  await sleep(5);
  throw ApplicationFailure.nonRetryable(message, 'ChildFailed');
}

/** A child that goes on when it is cancelled: its end must not race with that of its parent. */
export async function stubborn(): Promise<void> {
  await CancellationScope.nonCancellable(() => condition(() => false));
}

/** A child that cleans up when it is cancelled. */
export async function tidy(): Promise<string> {
  try {
    await sleep('1 hour');
    return 'not cancelled';
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => sleep(5));
    throw error;
  }
}

/** Children that complete, fail, are signalled and cancelled, and run when the worker is exchanged. */
export async function parent(): Promise<string[]> {
  const stages = new Stages();
  const { workflowId } = workflowInfo();
  const child = await startChild(obedient, { workflowId: `${workflowId}-first` });
  const second = await startChild(obedient, { workflowId: `${workflowId}-second` });
  await stages.note('fails', executeChild(failing, { args: ['on purpose'], workflowId: `${workflowId}-failing` }));
  await stages.next();
  await child.signal(finish, 'its parent');
  await stages.note('first', child.result());
  await stages.note(
    'same id',
    startChild(obedient, { workflowId: `${workflowId}-second` }).then(() => 'started'),
  );
  const scope = new CancellationScope();
  const cancelled = scope.run(async () => await executeChild(tidy, { workflowId: `${workflowId}-tidy` }));
  cancelled.catch(() => undefined);
  await sleep(50);
  await stages.next();
  scope.cancel();
  await stages.note('cancelled', cancelled);
  await getExternalWorkflowHandle(second.workflowId).signal(finish, 'somebody');
  await stages.note('second', second.result());
  await stages.note('nobody there', getExternalWorkflowHandle(`${workflowId}-nobody`).signal(finish, 'x'));
  await stages.next();
  const abandoned = new CancellationScope();
  const left = abandoned.run(
    async () =>
      await executeChild(stubborn, {
        workflowId: `${workflowId}-left`,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        parentClosePolicy: ParentClosePolicy.TERMINATE,
      }),
  );
  left.catch(() => undefined);
  await sleep(50);
  abandoned.cancel();
  await stages.note('left alone', left);
  await stages.next();
  await getExternalWorkflowHandle(`${workflowId}-left`).cancel();
  return stages.log;
}
