// Two or more jobs in one chart, and their results side by side.
import * as api from '../api.js';
import { Chart } from '../charts/chart.js';
import { report, reportFailure } from '../connection.js';
import { el, panel, say, show } from '../dom.js';
import * as format from '../format.js';
import { Curves } from '../model/curves.js';
import { repeating } from '../pace.js';
import { changePill, pill, Table } from '../table.js';

const SECONDS = 3;
const JOBS = 200;
export const MOST = 8;

const QUANTITIES = [
  ['train_loss', 'Training loss', format.figure, 'steps'],
  ['validation_loss', 'Validation loss', format.figure, 'epochs'],
  ['train_accuracy', 'Training accuracy', value => format.percent(value, 1), 'steps'],
  ['validation_accuracy', 'Validation accuracy', value => format.percent(value, 1), 'epochs'],
  ['train_rmse', 'Training RMSE', format.figure, 'steps'],
  ['validation_rmse', 'Validation RMSE', format.figure, 'epochs'],
  ['learning_rate', 'Learning rate', format.figure, 'steps'],
  ['gradient_norm', 'Gradient norm', format.figure, 'steps'],
];

export const title = 'Compare';

export function open(main, ids) {
  const view = new Compare([...new Set(ids)].slice(0, MOST));
  main.append(el('h1', { tabindex: -1 }, 'Compare jobs'), view.choosing, view.charting, view.results);
  return view;
}

class Compare {
  constructor(ids) {
    this.ids = ids;
    this.found = new Map();
    this.absent = new Set();
    this.buildChoice();
    this.buildChart();
    this.buildResults();
    this.stop = repeating(SECONDS, () => this.ask());
  }

  buildChoice() {
    this.list = el('div', { class: 'choices', role: 'group', 'aria-label': 'Jobs' });
    this.noJobs = el('p', { class: 'note', hidden: true }, 'There are no jobs to compare yet.');
    this.missing = el('p', { class: 'problem', hidden: true });
    this.choosing = panel('Jobs', {}, el('p', { class: 'note' }, `Choose two or more, at most ${MOST}.`), this.noJobs, this.list, this.missing);
  }

  buildChart() {
    this.select = el('select', { id: 'quantity', on: { change: () => this.rechart() } },
      QUANTITIES.map(([value, label]) => el('option', { value }, label)));
    this.box = el('div');
    this.charting = panel('Curves', {
      hidden: true,
      actions: el('div', { class: 'actions' }, el('label', { for: 'quantity' }, 'Quantity'), this.select),
    }, this.box);
  }

  buildResults() {
    const figure = field => row => format.figure(row[field]);
    this.table = new Table('Results', [
      { title: 'Job', head: true, make: row => el('a', { href: `#/jobs/${encodeURIComponent(row.id)}` }, row.id) },
      { title: 'Status', make: pill, change: (element, row) => changePill(element, row.status) },
      { title: 'Training loss', number: true, text: figure('train_loss') },
      { title: 'Validation loss', number: true, text: figure('validation_loss') },
      { title: 'Accuracy', number: true, text: row => format.percent(row.validation_accuracy) },
      { title: 'RMSE', number: true, text: figure('validation_rmse') },
      { title: 'Steps', number: true, text: row => format.count(row.steps ?? row.step) },
      { title: 'Speed', number: true, text: row => format.rate(row.samples_per_second) },
      { title: 'Time', number: true, text: row => format.seconds(row.seconds) },
      { title: 'Weights', make: () => el('code'), change: (element, row) => (element.textContent = format.hash(row.weights_sha256)) },
    ], row => row.id);
    this.results = panel('Results', { hidden: true }, this.table.element);
  }

  async ask() {
    try {
      if (!this.jobs) this.offer((await api.jobs(JOBS)).jobs);
      await Promise.all(this.ids.map(id => this.load(id)));
      report('compare', null);
      if (this.closed) return;
      this.tellMissing();
      this.draw();
    } catch (e) {
      if (!this.closed) reportFailure('compare', e);
    }
  }

  offer(jobs) {
    this.jobs = jobs;
    const known = jobs.map(job => job.id);
    show(this.noJobs, jobs.length === 0);
    const all = [...this.ids.filter(id => !known.includes(id)), ...known];
    this.list.replaceChildren(...all.map(id => {
      const box = el('input', { type: 'checkbox', value: id });
      box.checked = this.ids.includes(id);
      box.addEventListener('change', () => this.choose(id, box));
      return el('label', { class: 'choice' }, box, el('span', { class: 'choice-swatch', 'aria-hidden': 'true' }), id);
    }));
    this.colourChoices();
  }

  colourChoices() {
    for (const label of this.list.children) {
      const at = this.ids.indexOf(label.firstChild.value);
      show(label.children[1], at >= 0);
      label.children[1].style.setProperty('--swatch', `var(--job-${at + 1})`);
    }
  }

  /** The address follows, so that a comparison can be linked to. */
  choose(id, box) {
    if (box.checked && this.ids.length === MOST) {
      box.checked = false;
      return;
    }
    this.ids = box.checked ? [...this.ids, id] : this.ids.filter(other => other !== id);
    history.replaceState(null, '', `#/compare/${this.ids.map(encodeURIComponent).join('/')}`);
    this.colourChoices();
    this.rechart();
    this.ask();
  }

  async load(id) {
    const known = this.found.get(id);
    if (known?.job.status === 'completed') return;
    const points = Math.max(100, this.charting.parentElement?.clientWidth ?? 800);
    const job = await api.orNull(api.job(id));
    if (!job) {
      this.absent.add(id);
      return;
    }
    // What has ended otherwise may be resumed.
    if (known?.job.ended && known.job.ended === job.ended) return;
    // Metrics are written a little after their steps and epochs.
    if (known && known.job.step === job.step && known.job.epoch === job.epoch
      && known.curves.lastStep + 1 >= job.step && known.epochs >= job.epoch) {
      known.job = job;
      return;
    }
    const curves = new Curves(points);
    const series = await api.orNull(api.series(id, Math.min(points, 2000)));
    if (series) curves.load(series);
    this.found.set(id, { job, curves, epochs: (series?.epochs?.epoch?.at(-1) ?? -1) + 1 });
  }

  tellMissing() {
    const missing = this.ids.filter(id => this.absent.has(id));
    say(this.missing, `There is no job ${missing.join(', ')}.`);
    show(this.missing, missing.length > 0);
  }

  rechart() {
    this.chart?.close();
    this.chart = null;
    this.draw();
  }

  draw() {
    const shown = this.ids.filter(id => this.found.has(id));
    show(this.charting, shown.length > 0);
    show(this.results, shown.length > 0);
    this.table.update(shown.map(id => this.found.get(id).job));
    if (shown.length === 0) return;
    const [name, label, shownAs, over] = QUANTITIES.find(([value]) => value === this.select.value);
    const key = shown.join('/');
    if (!this.chart || this.key !== key) {
      this.chart?.close();
      this.key = key;
      this.chart = new Chart({
        title: label, format: shownAs, height: 380, log: name.endsWith('_loss'),
        lines: shown.map(id => ({ label: id, colour: `job-${this.ids.indexOf(id) + 1}`, dots: over === 'epochs' })),
      }).withScaleSwitch();
      this.box.replaceChildren(this.chart.element);
    }
    this.chart.update(shown.map(id => this.found.get(id).curves[over].get(name)));
  }

  close() {
    this.closed = true;
    this.stop();
    this.chart?.close();
  }
}
