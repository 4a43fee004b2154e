import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflows, SDKS } from '../harness/workflow-bundles.js';
import { MortalProcess } from './mortal-process.js';
import { freePort, serverRecipe, workerRecipe, WORKFLOWS_PATH } from './recipes.js';

// What the crash test starts, and nobody who ends it. Usage: node cut-off-scene.js FOLDER. Prints the ids of its processes.

const [folder = ''] = process.argv.slice(2);
const port = await freePort();
const processes = [new MortalProcess(serverRecipe(port, join(folder, 'server.sqlite')))];
for (const sdk of SDKS) {
  const bundleFile = join(folder, `${sdk}.js`);
  await writeFile(bundleFile, await bundleWorkflows(sdk, WORKFLOWS_PATH));
  processes.push(new MortalProcess(workerRecipe(sdk, sdk, `127.0.0.1:${port}`, bundleFile)));
}
const foreign = { name: 'not Node', command: 'sleep', args: ['1000'], ready: async (): Promise<void> => undefined };
processes.push(new MortalProcess(foreign));
for (const each of processes) await each.start();
console.log(JSON.stringify(processes.map(({ pid }) => pid)));
setInterval(() => undefined, 1000);
