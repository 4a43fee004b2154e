import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';

let areInstalled = false;

/** Has both SDKs log errors only. Test files share a process, and a runtime can be installed once a process only. */
export function quietRuntimes(): void {
  if (areInstalled) return;
  areInstalled = true;
  theirs.Runtime.install({
    logger: new theirs.DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: theirs.makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
  if (ours.Runtime._instance === undefined) {
    ours.Runtime.install({ logger: new ours.DefaultLogger('ERROR'), shutdownSignals: [] });
  }
}
