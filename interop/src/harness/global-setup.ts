import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import type { TestProject } from 'vitest/node';
import { enums } from './api.js';
import { bundleWorkflows, SDKS, type SdkName } from './workflow-bundles.js';

declare module 'vitest' {
  interface ProvidedContext {
    address: string;
    workflowBundlePaths: Record<SdkName, string>;
  }
}

/** Starts one server and bundles the workflows once for the whole suite; returns the teardown. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { startServerUnderTest } = await import('./server-under-test.js');
  const folder = await mkdtemp(join(tmpdir(), 'perdure-workflows-'));
  const [server, ...paths] = await Promise.all([startServerUnderTest(), ...SDKS.map((sdk) => bundle(sdk, folder))]);
  await registerSearchAttributes(server.address);
  project.provide('address', server.address);
  project.provide(
    'workflowBundlePaths',
    Object.fromEntries(SDKS.map((sdk, index) => [sdk, paths[index]])) as Record<SdkName, string>,
  );
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

// Custom search attributes must be known to a namespace before a workflow may carry them.
async function registerSearchAttributes(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const known = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    if (known.customAttributes?.CustomKeywordField) return;
    const searchAttributes = {
      CustomKeywordField: enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
      CustomIntField: enums.IndexedValueType.INDEXED_VALUE_TYPE_INT,
    };
    await connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
  } finally {
    await connection.close();
  }
}

async function bundle(sdk: SdkName, folder: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  const file = join(folder, `workflows-of-${sdk}.js`);
  await writeFile(file, await bundleWorkflows(sdk, workflowsPath));
  return file;
}
