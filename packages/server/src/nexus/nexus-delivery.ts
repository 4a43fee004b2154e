import type { CallbackState, Effect, ExecutionState, NexusOperationState } from '@perdure/engine';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import { CallbackDelivery, type CallbackPorts } from './callback-delivery.js';
import type { Passed } from './circuit-breaker.js';
import { CircuitBreakers, type Destination } from './circuit-breakers.js';
import { SYSTEM_CALLBACK_URL } from './nexus-completions.js';
import { OperationCalls, type OperationCallPorts } from './operation-calls.js';

/** An effect of Nexus: a request to a handler, or the news of an end. */
export type NexusEffect = Extract<Effect, { kind: 'nexusStart' | 'nexusCancel' | 'callback' }>;

/** What effects of Nexus are carried with. */
export interface NexusDeliveryPorts extends OperationCallPorts, Omit<CallbackPorts, 'limits'> {
  readonly host: () => Pick<ExecutionHost, 'execute' | 'read'>;
  /** The time that destinations which are down are left alone by. */
  readonly clock: Clock;
}

/** Carries the effects of Nexus operations and callbacks. Each is carried at least once, under the same request id. */
export class NexusDelivery {
  private readonly stopped = new AbortController();
  private readonly calls: OperationCalls;
  private readonly callbacks: CallbackDelivery;
  private readonly breakers: CircuitBreakers;

  constructor(private readonly ports: NexusDeliveryPorts) {
    this.calls = new OperationCalls(ports);
    this.callbacks = new CallbackDelivery(ports);
    const { limits, clock } = ports;
    this.breakers = new CircuitBreakers(clock, {
      failures: limits.nexusBreakerFailures,
      openMs: limits.nexusBreakerOpenMs,
      trials: limits.nexusBreakerTrials,
      intervalMs: limits.nexusBreakerIntervalMs,
    });
  }

  /** Requests under way are given up, and those that are held back; they are made again after the next start. */
  stop(): void {
    this.stopped.abort();
    this.breakers.stop();
  }

  /** Circuit breakers that are open now, and requests that have been held back so far. */
  totals(): { readonly open: number; readonly held: number } {
    return this.breakers.totals();
  }

  /** Requests for this operation are held back, because others to the same endpoint have failed. */
  isHeld(state: ExecutionState, operation: NexusOperationState, kind: 'start' | 'cancel'): boolean {
    return this.breakers.isOpen(endpointOf(state, operation, kind));
  }

  /** This callback is held back, because others to the same host have failed. */
  isCallbackHeld(state: ExecutionState, callback: CallbackState): boolean {
    const destination = hostOf(state, callback);
    return destination !== undefined && this.breakers.isOpen(destination);
  }

  /**
   * Resolves when it is durable what came of it. An effect that is no longer owed is passed over. One whose destination is
   * down waits until that may be asked again.
   */
  async carry(state: ExecutionState, effect: NexusEffect): Promise<void> {
    if (this.stopped.signal.aborted || !isOwed(state, effect)) return;
    const destination = destinationOf(state, effect);
    if (destination === undefined) {
      await this.ask(state, effect);
      return;
    }
    const { key } = state;
    await this.breakers.pass(destination, async (hasWaited) =>
      this.ask(hasWaited ? await this.ports.host().read(key, (live) => live.state) : state, effect),
    );
  }

  private async ask(state: ExecutionState, effect: NexusEffect): Promise<Passed> {
    if (!isOwed(state, effect)) return 'unused';
    const { signal } = this.stopped;
    if (effect.kind === 'callback') {
      const callback = state.callbacks[effect.index];
      return callback === undefined ? 'unused' : this.callbacks.deliver(state, effect.index, callback, signal);
    }
    const operation = state.nexusOperations.get(effect.scheduledEventId);
    if (operation === undefined) return 'unused';
    return effect.kind === 'nexusStart'
      ? this.calls.start(state, operation, signal)
      : this.calls.cancel(state, operation, signal);
  }
}

/** The same request is still to be made: nothing has been answered to it since. */
function isOwed(state: ExecutionState, effect: NexusEffect): boolean {
  if (effect.kind === 'callback') {
    const callback = state.callbacks[effect.index];
    return callback?.phase === 'scheduled' && callback.tries.completed === effect.tries;
  }
  const operation = state.nexusOperations.get(effect.scheduledEventId);
  const asked = effect.kind === 'nexusStart' ? operation : operation?.cancellation;
  return asked?.phase === 'scheduled' && asked.tries.completed === effect.tries;
}

/** Undefined for what never leaves this server. */
function destinationOf(state: ExecutionState, effect: NexusEffect): Destination | undefined {
  if (effect.kind === 'callback') {
    const callback = state.callbacks[effect.index];
    return callback && hostOf(state, callback);
  }
  const operation = state.nexusOperations.get(effect.scheduledEventId);
  return operation && endpointOf(state, operation, effect.kind === 'nexusStart' ? 'start' : 'cancel');
}

function endpointOf(
  { key }: ExecutionState,
  { attributes }: NexusOperationState,
  kind: 'start' | 'cancel',
): Destination {
  return { kind, namespaceId: key.namespaceId, name: attributes.endpointId || (attributes.endpoint ?? '') };
}

function hostOf({ key }: ExecutionState, { callback }: CallbackState): Destination | undefined {
  const url = callback.nexus?.url ?? '';
  if (url === SYSTEM_CALLBACK_URL || !URL.canParse(url)) return undefined;
  const { protocol, host } = new URL(url);
  return { kind: 'callback', namespaceId: key.namespaceId, name: `${protocol}//${host}` };
}
