// Where the time of steps goes: its parts, and the workers' lanes of the last steps.
import * as api from '../api.js';
import { Chart } from '../charts/chart.js';
import { Timeline } from '../charts/timeline.js';
import { report, reportFailure } from '../connection.js';
import { el, panel, show } from '../dom.js';
import * as format from '../format.js';
import { PARTS } from '../model/timings.js';
import { repeating } from '../pace.js';

const SECONDS = 2;

/** What the parts are, in the words of those who have not built it. */
const MEANING = 'compute: forward and backward pass · broadcast: weights down and gradients up · '
  + 'wait: for the slowest worker · aggregate: sum of gradients and optimizer';

export class StepTime {
  constructor(job) {
    this.job = job;
    this.parts = new Chart({
      title: 'Parts of a step',
      format: format.seconds,
      fromZero: true,
      robust: true,
      sync: `steps of ${job.id}`,
      lines: PARTS.map(part => ({ label: part, colour: part, area: true })),
    });
    this.lanes = new Timeline();
    this.lanesBox = el('div', { class: 'chart', hidden: true }, el('h3', {}, 'The last steps, by worker'), this.lanes.element);
    this.element = panel('Time of a step', { class: 'step-time', hidden: true },
      el('p', { class: 'note' }, MEANING), this.parts.element, this.lanesBox);
    this.who = `timeline of ${job.id}`;
    this.stop = repeating(SECONDS, () => this.ask());
  }

  /** Only where a step has come since, and once more at the end. */
  async ask() {
    const { hasEnded, timings } = this.job;
    if (this.isKnown && (hasEnded ? this.askedAtEnd : timings.latest === this.timed)) return;
    this.isKnown = true;
    this.askedAtEnd = hasEnded;
    this.timed = timings.latest;
    try {
      const kept = await api.orNull(api.timeline(this.job.id));
      report(this.who, null);
      this.steps = kept?.steps ?? [];
      if (this.steps.length > 0) this.lanes.update(this.steps);
      show(this.lanesBox, this.steps.length > 0);
      this.update(this.job);
    } catch (e) {
      this.isKnown = false;
      if (!this.closed) reportFailure(this.who, e);
    }
  }

  update({ timings }) {
    show(this.parts.element, !timings.isEmpty);
    show(this.element, !timings.isEmpty || this.steps?.length > 0);
    if (!timings.isEmpty) this.parts.update(stacked(timings));
  }

  close() {
    this.closed = true;
    this.stop();
    this.parts.close();
    this.lanes.close();
  }
}

/** Each part stands on those before it; what is said of it is its own. */
function stacked({ curves }) {
  let below = null;
  return PARTS.map(part => {
    const curve = curves.get(part);
    const top = curve.mean.map((value, i) => value + (below ? below[i] : 0));
    below = top;
    return { x: curve.x, mean: curve.mean, top, length: curve.length, last: curve.last };
  });
}
