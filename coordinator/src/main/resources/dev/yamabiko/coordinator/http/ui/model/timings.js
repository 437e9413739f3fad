// Where the time of steps goes, since the page was opened or as far back as the coordinator remembers.
import { Curve } from './curve.js';

export const PARTS = ['compute', 'broadcast', 'wait', 'aggregate'];

const MOST = 600;

export class Timings {
  constructor() {
    this.curves = new Map([...PARTS, 'seconds', 'samples_per_second'].map(name => [name, new Curve(MOST)]));
    this.latest = null;
  }

  add(timing) {
    for (const [name, curve] of this.curves) curve.add(timing.step, timing[name]);
    this.latest = timing;
  }

  get isEmpty() {
    return this.latest === null;
  }

  /** Per second, of the last steps; null where unknown. */
  get stepsPerSecond() {
    return this.latest?.seconds > 0 ? 1 / this.latest.seconds : null;
  }
}
