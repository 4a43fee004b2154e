import { condition, defineQuery, defineSignal, deprecatePatch, patched, setHandler, sleep } from '@perdure/workflow';

const seen = defineQuery<boolean[]>('seen');
const goOn = defineSignal('goOn');

/** Asks for one patch twice in a task, for others, and again when it is told to go on. */
export async function asking(): Promise<boolean[]> {
  const answers: boolean[] = [];
  let mayGoOn = false;
  setHandler(seen, () => [...answers, patched('in query')]);
  setHandler(goOn, () => {
    mayGoOn = true;
  });
  answers.push(patched('refused'), patched('refused'), patched('taken'), patched('taken'));
  await sleep(1);
  await condition(() => mayGoOn);
  answers.push(patched('refused'), patched('taken'), patched('late'));
  return answers;
}

/** Says that a patch is the only way, which nobody is asked about. */
export async function deprecating(): Promise<boolean[]> {
  deprecatePatch('refused');
  const after = patched('refused');
  await sleep(1);
  return [after, patched('refused')];
}

/** Asks for patches about which there is no answer. */
export async function catching(): Promise<string[]> {
  const caught: string[] = [];
  for (const patchId of ['throws', 'neither']) {
    try {
      patched(patchId);
    } catch {
      caught.push(patchId);
    }
  }
  return caught;
}
