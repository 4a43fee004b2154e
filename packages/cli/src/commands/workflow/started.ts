import type { CommandContext } from '../../command.js';
import { at, textAt, type JsonObject } from '../../json.js';
import type { Entries } from '../../output/output.js';
import { payloadValues } from '../../payloads.js';
import { startRequest } from './start-request.js';

/** What was started, as it is shown. */
export interface Started {
  readonly title: string;
  readonly entries: Entries;
  readonly json: JsonObject & Readonly<Record<'workflowId' | 'runId' | 'type' | 'namespace' | 'taskQueue', string>>;
}

/** Starts the execution that the flags describe. */
export async function start({ flags, session }: CommandContext): Promise<Started> {
  const opened = await session();
  const request = startRequest(flags, opened);
  const answer = await opened.call('StartWorkflowExecution', request);
  return describeStart(request, answer);
}

/** What a request and its answer say of the execution. */
export function describeStart(request: JsonObject, answer: JsonObject): Started {
  const json = {
    workflowId: textAt(request, 'workflowId'),
    runId: textAt(answer, 'runId'),
    type: textAt(request, 'workflowType.name'),
    namespace: textAt(request, 'namespace'),
    taskQueue: textAt(request, 'taskQueue.name'),
    args: payloadValues(request, 'input'),
  };
  const entries = Object.keys(json).map(
    (name) => [name.charAt(0).toUpperCase() + name.slice(1), textAt(json, name)] as const,
  );
  return { title: at(answer, 'started') === false ? 'Existing execution:' : 'Running execution:', entries, json };
}
