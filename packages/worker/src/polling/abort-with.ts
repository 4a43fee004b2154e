/** Aborts the controller when the signal does: at once if it has. */
export function abortWith(controller: AbortController, signal: AbortSignal): void {
  if (signal.aborted) controller.abort();
  else signal.addEventListener('abort', () => controller.abort(), { once: true });
}
