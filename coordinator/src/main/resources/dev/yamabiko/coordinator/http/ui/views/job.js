// One job: how it goes, where its time goes, what has happened, what has come of it.
import * as api from '../api.js';
import { el } from '../dom.js';
import { Events } from '../job/events.js';
import { File } from '../job/file.js';
import { Heading } from '../job/heading.js';
import { Layers } from '../job/layers.js';
import { Metrics } from '../job/metrics.js';
import { Result } from '../job/result.js';
import { StepTime } from '../job/step-time.js';
import { Trial } from '../job/trial.js';
import { Job } from '../model/job.js';
import { drawing, repeating } from '../pace.js';
import { announce } from '../said.js';

export const title = 'Job';

export function open(main, [id]) {
  const view = new JobView(main, id);
  view.open();
  return view;
}

/** As many points as there are pixels that could show them. */
const points = () => Math.max(100, Math.min(2000, Math.round(document.getElementById('main').clientWidth)));

class JobView {
  constructor(main, id) {
    this.main = main;
    this.id = id;
    this.redraw = drawing(() => this.draw());
    this.job = new Job(id, points(), this.redraw, notice => announce(notice.notice));
    this.parts = [];
    this.heading = new Heading(id, job => this.steered(job));
    main.append(this.heading.element);
  }

  async open() {
    try {
      await this.job.open();
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      this.refused(e);
      return;
    }
    if (this.job.closed) return;
    const time = new StepTime(this.job);
    const events = new Events(this.job);
    const metrics = new Metrics(this.job);
    const result = new Result(this.job);
    const trial = new Trial(this.job);
    const layers = new Layers(this.job);
    const file = new File(this.job);
    this.parts = [this.heading, metrics, events, time, result, trial, layers, file];
    this.main.append(el('div', { class: 'job' },
      metrics.element, events.element, time.element, result.element, trial.element,
      el('div', { class: 'pair' }, layers.element, file.element)));
    this.redraw();
    this.stopTicking = repeating(1, () => {
      this.heading.tick(this.job);
      events.tick();
    });
  }

  refused(problem) {
    this.main.append(el('p', { class: 'problem', role: 'alert' }, problem.detail),
      el('p', {}, el('a', { href: '#/' }, 'To the overview')));
  }

  draw() {
    if (!this.job.view) return;
    for (const part of this.parts) part.update(this.job);
  }

  /** A job that is resumed has events again. */
  async steered(view) {
    const isResumed = this.job.hasEnded && view.ended !== this.job.view.ended;
    this.job.becomes(view);
    if (isResumed) await this.job.reopen();
  }

  close() {
    this.job.close();
    this.redraw.close();
    this.stopTicking?.();
    for (const part of this.parts) part.close?.();
  }
}
