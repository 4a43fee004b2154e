/** Sees to it that the installed packages are those of the lock file. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Installs what package-lock.json says if it is not what is installed. Ends the process if npm fails. */
export function ensureDependencies(root) {
  if (isInstalled(root)) return;
  console.log('setup: installing dependencies (npm ci)');
  const startedAt = performance.now();
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('setup: npm ci did not finish; its reason stands above. The next start installs again');
    process.exit(1);
  }
  console.log(`setup: dependencies installed (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

/** Compares the lock file with the record that npm keeps of what it installed. */
function isInstalled(root) {
  const recordFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(recordFile)) return false;
  const installed = packagesOf(recordFile);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, entry]) => {
    // A package of ours that is new has no link yet.
    if (entry.link) return existsSync(join(root, path));
    // What is optional for this platform may rightly be absent.
    if (!path.includes('node_modules/') || entry.optional || entry.devOptional) return true;
    return installed[path]?.version === entry.version;
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
