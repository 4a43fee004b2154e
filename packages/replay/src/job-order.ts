import type { ActivationJob } from '@perdure/common/activation';

/** Jobs of one activation reach workflow code in this order; those of one rank as they happened. */
function rank(job: ActivationJob): number {
  switch (job.kind) {
    case 'initializeWorkflow':
      return 0;
    case 'notifyHasPatch':
      return 1;
    case 'updateRandomSeed':
      return 2;
    case 'signalWorkflow':
    case 'doUpdate':
      return 3;
    case 'resolveActivity':
      return job.isLocal ? 5 : 4;
    default:
      return 4;
  }
}

/** Brings the jobs of an activation into the order in which every SDK on Temporal's core hands them out. */
export function inOrder(jobs: ActivationJob[]): ActivationJob[] {
  return jobs.length < 2 ? jobs : jobs.sort((left, right) => rank(left) - rank(right));
}
