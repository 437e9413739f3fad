// The last steps, one lane for each worker: when it computed, when its gradients and the weights were
// on their way, and when it waited for the slowest.
import { el, say } from '../dom.js';
import * as format from '../format.js';
import { Table } from '../table.js';
import { colour, onRecolour } from './colours.js';

const LANE = 22;
const GAP = 6;
const RULER = 20;

/** As many steps are shown as have room to be told apart. */
const STEP = 26;

/** Whoever is the last in more of its steps than this is slow: of two, each is the last in half of them. */
const SLOW = 0.65;
const PARTS = [['compute', 'compute'], ['broadcast', 'broadcast'], ['wait', 'wait']];

export class Timeline {
  constructor() {
    this.steps = [];
    this.canvas = el('canvas', { 'aria-hidden': 'true' });
    this.names = el('div', { class: 'lanes-names', 'aria-hidden': 'true' });
    this.about = el('p', { class: 'lanes-about', 'aria-hidden': 'true' });
    this.sentence = el('p', { class: 'note' });
    this.table = new Table('Workers in these steps', [
      { title: 'Worker', head: true, text: row => row.name },
      { title: 'Compute', number: true, text: row => format.seconds(row.compute) },
      { title: 'Broadcast', number: true, text: row => format.seconds(row.broadcast) },
      { title: 'Wait', number: true, text: row => format.seconds(row.wait) },
      { title: 'Was the last', number: true, text: row => `${row.last} of ${row.steps}` },
    ], row => row.name);
    this.plot = el('div', { class: 'lanes-plot' }, this.canvas);
    this.element = el('div', {},
      el('ul', { class: 'legend' }, PARTS.map(([part, label]) => {
        const swatch = el('span', { class: 'swatch', 'aria-hidden': 'true' });
        swatch.style.setProperty('--swatch', `var(--${part})`);
        return el('li', {}, swatch, label);
      })),
      el('div', { class: 'lanes' }, this.names, this.plot),
      this.about, this.sentence, this.table.element);
    this.canvas.addEventListener('pointermove', event => this.point(event.offsetX, event.offsetY));
    this.canvas.addEventListener('pointerleave', () => this.point(null));
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.plot);
    this.forget = onRecolour(() => this.draw());
  }

  /** @param steps as the API has them, the oldest first */
  update(steps) {
    this.steps = steps;
    this.workers = [...new Set(steps.flatMap(step => step.workers.map(worker => worker.name)))].sort(byName);
    const summary = this.workers.map(name => summarise(name, steps));
    this.table.update(summary);
    say(this.sentence, verdict(summary, steps));
    this.names.replaceChildren(...this.workers.map(name => el('span', { title: name }, name)));
    this.draw();
  }

  draw() {
    const width = this.plot.clientWidth;
    if (width === 0 || this.steps.length === 0) return;
    const shown = this.steps.slice(-Math.max(8, Math.floor(width / STEP)));
    const height = RULER + this.workers.length * (LANE + GAP);
    const ratio = devicePixelRatio;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    const pen = this.canvas.getContext('2d');
    pen.scale(ratio, ratio);
    const total = shown.reduce((sum, step) => sum + step.seconds, 0);
    const pixels = seconds => (seconds / total) * width;
    const colours = Object.fromEntries(PARTS.map(([part]) => [part, colour(part)]));
    pen.font = '11px system-ui, sans-serif';
    this.boxes = [];
    let x = 0;
    let free = 0;
    for (const step of shown) {
      const end = x + pixels(step.seconds);
      pen.fillStyle = colour('grid');
      pen.fillRect(Math.round(x), 0, 1, height);
      const label = format.count(step.step);
      const wide = pen.measureText(label).width + 8;
      if (x >= free && x + wide < width) {
        pen.fillStyle = colour('ink-faint');
        pen.fillText(label, x + 4, 12);
        free = x + wide + 24;
      }
      for (const worker of step.workers) {
        const top = RULER + this.workers.indexOf(worker.name) * (LANE + GAP);
        let from = x;
        for (const [part] of PARTS) {
          const to = from + pixels(worker[part]);
          pen.fillStyle = colours[part];
          if (to > from) pen.fillRect(from + 0.5, top, Math.max(0.75, to - from - 0.5), LANE);
          from = to;
        }
        this.boxes.push({ x, end, top, step, worker });
      }
      x = end;
    }
  }

  point(x, y) {
    const box = x === null ? null
      : this.boxes?.find(b => x >= b.x && x < b.end && y >= b.top && y < b.top + LANE + GAP);
    say(this.about, box
      ? `step ${format.count(box.step.step)}, ${box.worker.name}: compute ${format.seconds(box.worker.compute)},`
        + ` broadcast ${format.seconds(box.worker.broadcast)}, wait ${format.seconds(box.worker.wait)}`
        + ` of ${format.seconds(box.step.seconds)}`
      : '');
  }

  close() {
    this.observer.disconnect();
    this.forget();
  }
}

const byName = (a, b) => a.localeCompare(b, 'en', { numeric: true });

function summarise(name, steps) {
  const own = steps.flatMap(step => step.workers.filter(worker => worker.name === name));
  const mean = part => own.reduce((sum, worker) => sum + worker[part], 0) / own.length;
  return {
    name,
    compute: mean('compute'),
    broadcast: mean('broadcast'),
    wait: mean('wait'),
    steps: own.length,
    last: steps.filter(step => lastOf(step) === name).length,
  };
}

/** The one that all others waited for. */
const lastOf = step => step.workers.reduce((last, worker) => (worker.wait < last.wait ? worker : last), step.workers[0])?.name;

/** Who was slow, in a sentence. */
function verdict(summary, steps) {
  const over = `the last ${format.several(steps.length, 'step')}`;
  if (summary.length < 2) return `One worker took part in ${over}; nobody waited for anybody.`;
  const share = each => each.last / each.steps;
  const slowest = summary.reduce((most, each) => (share(each) > share(most) ? each : most));
  const waited = summary.reduce((sum, each) => sum + each.wait, 0) / summary.length;
  return share(slowest) > SLOW
    ? `In ${slowest.last} of its ${format.several(slowest.steps, 'step')} here the others waited for ${slowest.name}; workers waited ${format.seconds(waited)} a step on average.`
    : `In ${over} nobody was slow much more often than others; workers waited ${format.seconds(waited)} a step on average.`;
}
