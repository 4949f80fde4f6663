/** How long a task will take that the relay asks for in a flood: a guess from this device's own speed. */
import { sha256 } from "@noble/hashes/sha2.js";

const MEASURED_MS = 15;
const TEXT = new Uint8Array(70); // as long as what is hashed for a task
const REDRAW_MS = 500;

function hashesASecond(): number {
  const since = performance.now();
  let count = 0;
  for (; performance.now() - since < MEASURED_MS; count++) sha256(TEXT);
  return (count * 1000) / (performance.now() - since);
}

/** Says how far a task is; the end is a matter of luck, so the bar shows the chance that it is done by now. */
export class WorkProgress {
  private timer = 0;

  constructor(private readonly tell: (share: number, seconds: number) => void) {}

  /** A task of so many bits begins; 0: it ended. */
  change(bits: number): void {
    clearInterval(this.timer);
    this.timer = 0;
    if (bits === 0) return;
    const expected = 2 ** bits / hashesASecond();
    const since = performance.now();
    const draw = (): void => {
      const passed = (performance.now() - since) / 1000;
      this.tell(1 - Math.exp(-passed / expected), Math.max(1, Math.round(Math.max(expected - passed, expected / 4))));
    };
    draw();
    this.timer = window.setInterval(draw, REDRAW_MS);
  }
}
