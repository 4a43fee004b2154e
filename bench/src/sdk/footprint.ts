/** What the process of a worker is told by its parent, and answers. */
export type WorkerQuestion = 'memory';

/** Answers the parent's questions: memory after a full garbage collection, of the heap and of the process. */
export function answerQuestions(): void {
  process.on('message', (question: WorkerQuestion) => {
    if (question !== 'memory') return;
    for (let round = 0; round < 3; round++) globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ rssBytes: rss, heapBytes: heapUsed + external });
  });
}
