import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  uuid4,
} from '@perdure/workflow';

interface Activities {
  greet(name: string): Promise<string>;
}

const remote = proxyActivities<Activities>({ startToCloseTimeout: '5s' });
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '5s' });

/** Doubles a number, after a while. */
export async function doubled(value: number): Promise<number> {
  await sleep(5);
  return value * 2;
}

/** One of everything. */
export async function order(name: string): Promise<unknown[]> {
  let isPickedUp = false;
  const added: number[] = [];
  setHandler(defineSignal('pickedUp'), () => {
    isPickedUp = true;
  });
  setHandler(defineQuery<unknown>('state'), () => ({ isPickedUp, added }));
  setHandler(
    defineUpdate<number, [number]>('add'),
    async (value) => {
      added.push(value);
      await sleep(2);
      return value + 1;
    },
    {
      validator: (value) => {
        if (value < 0) throw new Error('negative');
      },
    },
  );
  const isNew = patched('greets-locally');
  const greetings = [await local.greet(`local ${name}`), await remote.greet(name)];
  const child = await executeChild(doubled, { args: [4] });
  const inTime = await condition(() => isPickedUp, '1 min');
  return [isNew, greetings, child, inTime, uuid4().length];
}

/** Goes on for ever without coming to rest. */
export async function endless(): Promise<void> {
  for (;;) await Promise.resolve();
}
