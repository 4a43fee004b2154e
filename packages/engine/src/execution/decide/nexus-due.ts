import type { Draft } from '../draft.js';
import type { NexusDue } from '../nexus-due.js';
import { timeOutNexusOperation } from './nexus.js';

/** Something of a Nexus operation or callback is due. Returns whether a workflow task has to show it. */
export function happenNexus(draft: Draft, due: NexusDue): boolean {
  switch (due.kind) {
    case 'nexusRetry': {
      const { request, scheduledEventId } = due;
      draft.record({ kind: 'nexusBackoffEnded', request, scheduledEventId });
      const operation = draft.state.nexusOperations.get(scheduledEventId);
      if (request === 'start')
        draft.effect({ kind: 'nexusStart', scheduledEventId, tries: operation?.tries.completed ?? 0 });
      else
        draft.effect({
          kind: 'nexusCancel',
          scheduledEventId,
          tries: operation?.cancellation?.tries.completed ?? 0,
        });
      return false;
    }
    case 'nexusTimeout': {
      const operation = draft.state.nexusOperations.get(due.scheduledEventId);
      if (operation !== undefined) timeOutNexusOperation(draft, operation, due.timeoutType);
      return operation !== undefined;
    }
    case 'callbackRetry': {
      const { index } = due;
      draft.record({ kind: 'callbackBackoffEnded', index });
      draft.effect({ kind: 'callback', index, tries: draft.state.callbacks[index]?.tries.completed ?? 0 });
      return false;
    }
    default:
      return due satisfies never;
  }
}
