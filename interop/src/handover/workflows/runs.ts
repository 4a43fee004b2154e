import { ApplicationFailure, continueAsNew, sleep, uuid4, workflowInfo } from '@perdure/workflow';
import { Stages } from './stages.js';

/** Continues as new in the middle, with what it has seen, and rests in each of its runs. */
export async function rounds(left = 2, reached = 0, log: readonly string[] = []): Promise<string[]> {
  const stages = new Stages(reached, log);
  const { continuedFromExecutionRunId, firstExecutionRunId, runId } = workflowInfo();
  stages.log.push(
    `${left} left, continued ${continuedFromExecutionRunId !== undefined}, first ${firstExecutionRunId === runId}`,
  );
  await stages.next();
  await sleep(5);
  stages.log.push(`an id of ${uuid4().length}`);
  if (left > 0) await continueAsNew<typeof rounds>(left - 1, stages.count, stages.log);
  await stages.next();
  return stages.log;
}

/** Fails, and is retried by its own policy. */
export async function secondAttempt(): Promise<string[]> {
  const { attempt, lastFailure } = workflowInfo();
  const stages = new Stages(attempt - 1);
  stages.log.push(`attempt ${attempt} after ${lastFailure?.message}`);
  await stages.next();
  if (attempt < 3) throw ApplicationFailure.create({ message: `attempt ${attempt} is not enough` });
  return stages.log;
}
