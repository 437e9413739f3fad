// The cluster, and the queue of jobs.
import * as api from '../api.js';
import { report, reportFailure } from '../connection.js';
import { command, el, mark, moment, panel, say, show } from '../dom.js';
import * as format from '../format.js';
import { repeating } from '../pace.js';
import { toast } from '../said.js';
import { changePill, pill, Table } from '../table.js';
import { MOST as MOST_COMPARED } from './compare.js';
import { Steering } from './steering.js';

const SECONDS = 2;
const PAGE = 50;

/** Of jobs that the coordinator lists at once. */
const MOST = 1000;

export const title = 'Overview';

export function open(main) {
  const view = new Overview();
  main.append(el('h1', { tabindex: -1 }, 'Overview'), view.totals, view.jobsPanel, view.workersPanel, view.parametersPanel);
  const stop = repeating(SECONDS, () => view.ask());
  return {
    close: () => {
      view.closed = true;
      stop();
    },
  };
}

class Overview {
  constructor() {
    this.limit = PAGE;
    this.pages = [];
    this.chosen = new Set();
    this.tiles = ['Workers', 'Threads', 'Jobs running', 'Jobs queued', 'Computing speed'].map(label => {
      const value = el('dd', {}, '–');
      return { label, value, element: el('div', { class: 'tile' }, el('dt', {}, label), value) };
    });
    this.totals = el('dl', { class: 'tiles' }, this.tiles.map(tile => tile.element));
    this.buildJobs();
    this.buildWorkers();
  }

  buildJobs() {
    this.jobs = new Table('Jobs, the newest first', [
      { title: 'Compare', unseen: true, make: row => this.choice(row) },
      { title: 'Job', head: true, make: row => el('a', { href: `#/jobs/${encodeURIComponent(row.id)}` }, row.id) },
      { title: 'Status', make: pill, change: (element, row) => changePill(element, row.status) },
      { title: 'Progress', make: progress, change: changeProgress },
      { title: 'Training loss', number: true, text: row => format.figure(row.train_loss) },
      { title: 'Validation', number: true, text: validation },
      { title: 'Submitted', minor: true, make: row => moment(row.submitted, ''), change: (element, row) => say(element, format.ago(row.submitted)) },
      { title: 'Took', number: true, minor: true, text: took },
      { title: 'Actions', unseen: true, make: row => new Steering(row.id, () => this.askAnew(), true).element, change: (element, row) => element.steering.update(row) },
    ], row => row.id);
    this.compare = el('a', { class: 'button', href: '#/compare', hidden: true }, 'Compare');
    this.more = el('button', { type: 'button', hidden: true, on: { click: () => this.showMore() } }, 'Show older jobs');
    this.noJobs = el('div', { class: 'empty', hidden: true },
      el('p', { class: 'empty-title' }, 'No jobs yet'),
      el('div', { class: 'submits' },
        el('p', {}, 'Submit one from a terminal:'),
        command(`yamabiko submit deploy/jobs/digits.conf --server ${location.origin} --follow`),
        el('p', {}, 'or ', el('a', { href: '#/submit' }, 'write a job file here'), '.')));
    this.jobsPanel = panel('Jobs', { actions: el('div', { class: 'actions' }, this.compare, el('a', { class: 'button primary submits', href: '#/submit' }, 'Submit a job')) },
      this.noJobs, this.jobs.element, this.more);
    show(this.jobs.element, false);
  }

  buildWorkers() {
    this.workers = new Table('Workers', [
      { title: 'Worker', head: true, text: row => row.name },
      { title: 'Host', minor: true, text: row => row.host },
      { title: 'Job', make: () => el('span'), change: changeJob },
      { title: 'Speed', number: true, text: row => format.rate(this.computing.has(row) ? row.samples_per_second : null) },
      { title: 'Threads', number: true, text: row => format.count(row.threads) },
      { title: 'Re-issued', number: true, text: row => format.count(row.reissued) },
      { title: 'Sent', number: true, text: row => format.bytes(row.bytes_up) },
      { title: 'Received', number: true, text: row => format.bytes(row.bytes_down) },
      { title: 'Heap', number: true, minor: true, text: row => format.bytes(row.heap_bytes) },
      { title: 'Joined', make: row => moment(row.registered, ''), change: (element, row) => say(element, format.ago(row.registered)) },
    ], row => row.name);
    this.noWorkers = el('div', { class: 'empty', hidden: true },
      el('p', { class: 'empty-title' }, 'No workers'),
      el('p', {}, 'Jobs wait until one joins. On any machine that reaches this one:'),
      command(`yamabiko worker --coordinator ${location.hostname}:2551`),
      el('p', {}, '2551 is the coordinator’s port unless its ', el('code', {}, '--port'), ' says otherwise.'));
    this.workersPanel = panel('Workers', {}, this.noWorkers, this.workers.element);
    show(this.workers.element, false);
    this.parameters = new Table('Nodes that own slices of the weights', [
      { title: 'Node', head: true, text: row => row.name },
      { title: 'Host', text: row => row.host },
      { title: 'Threads', number: true, text: row => format.count(row.threads) },
      { title: 'Heap', number: true, text: row => format.bytes(row.heap_bytes) },
      { title: 'Joined', make: row => moment(row.registered, ''), change: (element, row) => say(element, format.ago(row.registered)) },
    ], row => row.name);
    this.parametersPanel = panel('Parameters nodes', { hidden: true },
      el('p', { class: 'note' }, 'They own slices of the weights; workers exchange gradients and weights with them directly.'),
      this.parameters.element);
  }

  async ask() {
    try {
      const [jobs, workers] = await Promise.all([this.askForJobs(), api.workers()]);
      report('overview', null);
      this.drawJobs(jobs);
      this.drawWorkers(workers);
    } catch (e) {
      if (!this.closed) reportFailure('overview', e);
    }
  }

  /** The oldest run first: so many are shown that the last one has ended. */
  async askForJobs() {
    for (;;) {
      const pages = await this.askForPages();
      const { jobs, next } = pages.at(-1);
      if (!next || jobs.at(-1).ended !== null || this.closed) {
        this.pages = pages;
        return { jobs: pages.flatMap(page => page.jobs), next };
      }
      this.limit *= 2;
    }
  }

  /** A job of any page may have been resumed. */
  askAnew() {
    this.pages = [];
    this.ask();
  }

  /** Those behind the first are asked for again only where that may bring something else. */
  async askForPages() {
    const pages = [];
    let left = this.limit;
    do {
      const size = Math.min(MOST, left);
      const before = pages.at(-1)?.next ?? null;
      const known = before && this.pages.find(page => page.before === before && page.size === size);
      const isOver = known && known.jobs.every(job => job.ended !== null);
      pages.push(isOver ? known : { before, size, ...await api.jobs(size, before) });
      left -= size;
    } while (left > 0 && pages.at(-1).next);
    return pages;
  }

  drawJobs({ jobs, next }) {
    this.jobs.update(jobs);
    show(this.jobs.element, jobs.length > 0);
    show(this.noJobs, jobs.length === 0);
    show(this.more, Boolean(next));
    this.listed = new Set(jobs.map(job => job.id));
    this.running = jobs.filter(job => job.status === 'running').map(job => job.id);
    this.waiting = jobs.filter(job => job.status === 'queued' || job.status === 'waiting').length;
  }

  drawWorkers({ workers, parameters }) {
    show(this.workers.element, workers.length > 0);
    show(this.noWorkers, workers.length === 0);
    this.parameters.update(parameters);
    show(this.parametersPanel, parameters.length > 0);
    const sum = field => workers.reduce((total, worker) => total + (worker[field] ?? 0), 0);
    const busy = workers.filter(worker => worker.job !== null);
    // An older one may still run when those behind it have ended.
    if (busy.some(({ job }) => this.listed.has(job) && !this.running.includes(job))) this.pages = [];
    const running = new Set([...this.running, ...busy.map(worker => worker.job).filter(id => !this.listed.has(id))]);
    // Those of a job that waits for more have the pace of before.
    this.computing = new Set(busy.filter(worker => running.has(worker.job)));
    this.workers.update(workers);
    const speed = [...this.computing].reduce((total, worker) => total + (worker.samples_per_second ?? 0), 0);
    const values = [
      format.count(workers.length), format.count(sum('threads')), format.count(running.size), format.count(this.waiting), this.computing.size > 0 ? format.rate(speed) : '–',
    ];
    this.tiles.forEach((tile, i) => say(tile.value, values[i]));
  }

  choice(row) {
    const box = el('input', { type: 'checkbox', 'aria-label': `Compare ${row.id}` });
    box.addEventListener('change', () => {
      if (box.checked && this.chosen.size === MOST_COMPARED) {
        box.checked = false;
        toast(`At most ${MOST_COMPARED} jobs can be compared.`);
      } else if (box.checked) this.chosen.add(row.id);
      else this.chosen.delete(row.id);
      show(this.compare, this.chosen.size > 1);
      say(this.compare, `Compare ${this.chosen.size}`);
      mark(this.compare, 'href', `#/compare/${[...this.chosen].map(encodeURIComponent).join('/')}`);
    });
    return box;
  }

  showMore() {
    this.limit += PAGE;
    this.ask();
  }
}

function progress(row) {
  return el('div', { class: 'progress' },
    el('progress', { max: 1, value: 0, 'aria-label': `Progress of ${row.id}` }), el('span'));
}

function changeProgress(element, row) {
  const [bar, text] = element.children;
  const isOpen = row.ended === null;
  const steps = isOpen ? row.step : row.steps;
  show(bar, isOpen);
  if (isOpen) mark(bar, 'value', row.steps_total ? steps / row.steps_total : 0);
  say(text, isOpen ? (row.steps_total ? format.percent(steps / row.steps_total, 0) : '') : format.several(steps ?? 0, 'step'));
}

function changeJob(element, row) {
  if (element.dataset.job === String(row.job)) return;
  element.dataset.job = row.job;
  element.replaceChildren(row.job === null ? 'idle' : el('a', { href: `#/jobs/${encodeURIComponent(row.job)}` }, row.job));
}

function validation(row) {
  if (row.validation_accuracy !== null && row.validation_accuracy !== undefined) return format.percent(row.validation_accuracy);
  if (row.validation_rmse !== null && row.validation_rmse !== undefined) return `RMSE ${format.figure(row.validation_rmse)}`;
  return format.figure(row.validation_loss);
}

/** Of one that has ended, what its run took; that of one that was resumed did not begin at its start. */
function took(row) {
  if (row.started === null) return '–';
  return row.ended === null ? `${format.seconds(format.since(row.started))} since its start` : format.seconds(row.seconds);
}
