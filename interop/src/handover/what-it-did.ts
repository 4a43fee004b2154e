import { transcript, type api } from '../harness/index.js';

const NOT_ITS_DOING =
  /^(WorkflowTask|WorkflowExecutionSignaled|TimerFired|ActivityTask(Started|Completed|Failed|TimedOut|Canceled))/;

/**
 * What a workflow did, as lines that are the same whenever it does the same: what its commands led to, in any order, without the
 * numbers of events, times, and random values. In which workflow task something was done depends on how busy the machine was.
 */
export function whatItDid(events: readonly api.history.IHistoryEvent[], workflowId: string): readonly string[] {
  return transcript(events, { hide: ['reason', 'acceptedRequestSequencingEventId', 'acceptedEventId'] })
    .split('\n')
    .map((line) => line.replace(/^\d+ /, ''))
    .filter((line) => !NOT_ITS_DOING.test(line))
    .map((line) =>
      line
        .replaceAll(workflowId, '<id>')
        .replace(/\b(scheduled|started|completed|initiated|latestCancelRequestedEventId)=\d+/g, '')
        .replace(/'(seconds|nanos)':\d+/g, '<time>')
        .replace(/\b0\.\d{6,}(e-\d+)?/g, '<random>')
        .replace(/\[(\d{1,3},){4}\d{1,3}\]/g, '<random>')
        .replace(/\b\d{13}\b|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
        .replace(/(\[)\d{1,3}(?=,'<uuid>',1,<time>)|(<time>,)\d{1,3}(?=\])/g, '$1$2<length>'),
    )
    .sort();
}
