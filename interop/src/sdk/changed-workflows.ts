import {
  condition,
  deprecatePatch,
  executeChild,
  patched,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  upsertMemo,
} from '@perdure/workflow';

interface Activities {
  reserve(item: string): Promise<string>;
  charge(amount: number): Promise<string>;
}

const { reserve, charge } = proxyActivities<Activities>({ startToCloseTimeout: '5s' });
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '5s' });

/** A child. */
export async function invoice(): Promise<string> {
  return 'sent';
}

/** The workflow as it was when its history began; below is what became of it. */
export async function checkout(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await local.reserve('a saucer');
  await Promise.all([sleep(10), sleep(20)]);
  await executeChild(invoice, { workflowId: 'invoice' });
  return 'done';
}

export async function withoutAnActivity(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await local.reserve('a saucer');
  await Promise.all([sleep(10), sleep(20)]);
  await executeChild(invoice, { workflowId: 'invoice' });
  return 'done';
}

export async function withAnotherActivity(): Promise<string> {
  if (patched('cheaper')) await charge(3);
  await charge(5);
  return 'done';
}

export async function withAnActivityMore(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await Promise.all([charge(5), charge(6)]);
  return 'done';
}

export async function inAnotherOrder(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await Promise.all([sleep(10), sleep(20)]);
  await local.reserve('a saucer');
  return 'done';
}

export async function withAChildMore(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await local.reserve('a saucer');
  await executeChild(invoice, { workflowId: 'another-invoice' });
  await Promise.all([sleep(10), sleep(20)]);
  return 'done';
}

export async function withAnotherChild(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await local.reserve('a saucer');
  await Promise.all([sleep(10), sleep(20)]);
  await executeChild(invoice, { workflowId: 'another-invoice' });
  return 'done';
}

export async function withoutThePatch(): Promise<string> {
  await reserve('a cup');
  await charge(5);
  return 'done';
}

export async function withoutALocalActivity(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await Promise.all([sleep(10), sleep(20)]);
  return 'done';
}

export async function withAnotherLocalActivity(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await local.charge(1);
  return 'done';
}

export async function endsEarly(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  return 'done';
}

export async function waitsForEver(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await condition(() => false);
  return 'done';
}

export async function goesOnAtItsEnd(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  await charge(5);
  await local.reserve('a saucer');
  await Promise.all([sleep(10), sleep(20)]);
  await executeChild(invoice, { workflowId: 'invoice' });
  await sleep(30);
  return 'done';
}

export async function remembersMore(): Promise<string> {
  if (patched('cheaper')) await reserve('a cup');
  upsertMemo({ paid: true });
  await charge(5);
  return 'done';
}

/** What may be done: the patch is deprecated. */
export async function withTheDeprecatedPatch(): Promise<string> {
  deprecatePatch('cheaper');
  await reserve('a cup');
  await charge(5);
  await local.reserve('a saucer');
  await Promise.all([sleep(10), sleep(20)]);
  await executeChild(invoice, { workflowId: 'invoice' });
  return 'done';
}
