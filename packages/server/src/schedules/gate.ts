/** Lets so many through at a time; the others wait for their turn, in order. */
export class Gate {
  private readonly waiting: (() => void)[] = [];
  private inside = 0;

  constructor(private readonly capacity: number) {}

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.inside >= this.capacity) await new Promise<void>((enter) => this.waiting.push(enter));
    else this.inside += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.inside -= 1;
      else next();
    }
  }
}
