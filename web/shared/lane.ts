/** A few requests at a time. */
const WIDTH = 2;

/** Runs at most two works at once; the first failure comes out of `add` or `settle`, never before the others have ended. */
export class Lane {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  /** Begin a work as soon as there is room. */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= WIDTH) await Promise.race(this.running);
    if (this.failure) await this.settle();
    const one = work()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(one));
    this.running.add(one);
  }

  /** Wait for all of them. */
  async settle(): Promise<void> {
    await this.rest();
    if (this.failure) throw this.failure.error;
  }

  /** Wait for all of them, whatever they come to. */
  async rest(): Promise<void> {
    while (this.running.size > 0) await Promise.race(this.running);
  }
}
