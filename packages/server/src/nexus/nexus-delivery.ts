import type { Effect, ExecutionState } from '@perdure/engine';
import { CallbackDelivery, type CallbackPorts } from './callback-delivery.js';
import { OperationCalls, type OperationCallPorts } from './operation-calls.js';

/** An effect of Nexus: a request to a handler, or the news of an end. */
export type NexusEffect = Extract<Effect, { kind: 'nexusStart' | 'nexusCancel' | 'callback' }>;

/** Carries the effects of Nexus operations and callbacks. Each is carried at least once, under the same request id. */
export class NexusDelivery {
  private readonly stopped = new AbortController();
  private readonly calls: OperationCalls;
  private readonly callbacks: CallbackDelivery;

  constructor(ports: OperationCallPorts & CallbackPorts) {
    this.calls = new OperationCalls(ports);
    this.callbacks = new CallbackDelivery(ports);
  }

  /** Requests under way are given up; they are made again after the next start. */
  stop(): void {
    this.stopped.abort();
  }

  /** Resolves when it is durable what came of it. An effect that is no longer owed is passed over. */
  async carry(state: ExecutionState, effect: NexusEffect): Promise<void> {
    const { signal } = this.stopped;
    if (signal.aborted) return;
    if (effect.kind === 'callback') {
      const callback = state.callbacks[effect.index];
      if (callback?.phase === 'scheduled' && callback.tries.completed === effect.tries)
        await this.callbacks.deliver(state, effect.index, callback, signal);
      return;
    }
    const operation = state.nexusOperations.get(effect.scheduledEventId);
    if (operation === undefined) return;
    if (effect.kind === 'nexusStart') {
      if (operation.phase === 'scheduled' && operation.tries.completed === effect.tries)
        await this.calls.start(state, operation, signal);
      return;
    }
    const { cancellation } = operation;
    if (cancellation?.phase === 'scheduled' && cancellation.tries.completed === effect.tries)
      await this.calls.cancel(state, operation, signal);
  }
}
