import {
  recordCallback,
  type CallbackOutcome,
  type CallbackState,
  type ExecutionState,
  type Limits,
} from '@perdure/engine';
import { ServiceError } from '../api/index.js';
import type { ExecutionHost } from '../host/index.js';
import { CALLBACK_TOKEN_HEADER } from './callback-token.js';
import type { Passed } from './circuit-breaker.js';
import { SYSTEM_CALLBACK_URL, type NexusCompletion, type NexusCompletions } from './nexus-completions.js';
import { noAnswer, passedWithout } from './operation-calls.js';
import { completionOfRun } from './run-completion.js';

/** With this header a handler says what it calls the operation. */
const OPERATION_TOKEN_HEADER = 'nexus-operation-token';

/** Sends a completion over HTTP. A rejected promise means that there was no answer. */
export type PostCompletion = (
  url: string,
  headers: Readonly<Record<string, string>>,
  completion: NexusCompletion,
  limits: { readonly signal: AbortSignal; readonly timeoutMs: number },
) => Promise<CallbackOutcome>;

/** What callbacks are delivered with. */
export interface CallbackPorts {
  readonly host: () => Pick<ExecutionHost, 'execute'>;
  readonly completions: NexusCompletions;
  readonly post: PostCompletion;
  readonly limits: Pick<Limits, 'nexusRequestTimeoutMs'>;
}

/** Tells those who wait for the end of a run. */
export class CallbackDelivery {
  constructor(private readonly ports: CallbackPorts) {}

  /** Resolves when it is durable what the attempt came to. */
  async deliver(state: ExecutionState, index: number, callback: CallbackState, signal: AbortSignal): Promise<Passed> {
    const attempt = await this.attempt(state, callback, signal);
    if (attempt === undefined) return 'unused';
    const { outcome, passed } = attempt;
    const request = { index, tries: callback.tries.completed };
    await this.ports
      .host()
      .execute(state.key, (live, context) => recordCallback(live.state, request, outcome, context));
    return passed;
  }

  private async attempt(
    state: ExecutionState,
    { callback }: CallbackState,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: CallbackOutcome; readonly passed: Passed } | undefined> {
    const url = callback.nexus?.url ?? '';
    const headers = Object.fromEntries(
      Object.entries(callback.nexus?.header ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
    );
    const completion = completionOfRun(state, headers[OPERATION_TOKEN_HEADER] ?? '');
    try {
      if (url !== SYSTEM_CALLBACK_URL) {
        const timeoutMs = this.ports.limits.nexusRequestTimeoutMs;
        const outcome = await this.ports.post(url, headers, completion, { signal, timeoutMs });
        return { outcome, passed: outcome.kind === 'retry' ? 'down' : 'up' };
      }
      await this.ports.completions.complete(headers[CALLBACK_TOKEN_HEADER] ?? '', completion);
      return { outcome: { kind: 'delivered' }, passed: 'up' };
    } catch (error) {
      if (signal.aborted) return undefined;
      const isRefused = error instanceof ServiceError && REFUSALS.has(error.code);
      const outcome: CallbackOutcome = { kind: isRefused ? 'refused' : 'retry', failure: noAnswer(error) };
      return { outcome, passed: isRefused ? 'up' : passedWithout(error) };
    }
  }
}

/** The operation is not there any more, or never was. */
const REFUSALS: ReadonlySet<string> = new Set(['NOT_FOUND', 'INVALID_ARGUMENT']);
