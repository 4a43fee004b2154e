import {
  continueAsNew,
  executeChild,
  getExternalWorkflowHandle,
  proxyActivities,
  proxyLocalActivities,
  upsertMemo,
} from '@perdure/workflow';

const { charge } = proxyActivities<{ charge(what: unknown): Promise<string> }>({
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

/** Asks for an activity that nobody has. */
export async function charged(): Promise<string> {
  return await charge('pizza');
}

/** Gives an activity what cannot travel. */
export async function chargedTooMuch(): Promise<string> {
  return await charge({ cents: 10n });
}

const { greet } = proxyLocalActivities<{ greet(what: unknown): Promise<string> }>({ startToCloseTimeout: '5s' });
const tooMuch = { lines: [{ cents: 10n }] };

const CARRIERS: Record<string, () => Promise<unknown>> = {
  local: () => greet(tooMuch),
  child: () => executeChild('charged', { args: ['pizza', tooMuch] }),
  childMemo: () => executeChild('charged', { memo: { tooMuch } }),
  signal: () => getExternalWorkflowHandle('nobody').signal('close', tooMuch),
  continueAsNew: () => continueAsNew(tooMuch),
  result: async () => tooMuch,
  memo: async () => upsertMemo({ tooMuch }),
};

/** Gives one of many what cannot travel. */
export async function carries(by: string): Promise<unknown> {
  return await CARRIERS[by]?.();
}

/** Not a workflow. */
export const price = 3;
