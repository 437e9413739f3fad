// What a job is called, how it is, how far it is, and what can be done about it.
import * as api from '../api.js';
import { el, mark, moment, say, show } from '../dom.js';
import * as format from '../format.js';
import { announce } from '../said.js';
import { changePill, pill } from '../table.js';
import { Steering } from '../views/steering.js';

const TILES = ['Training loss', 'Validation loss', 'Accuracy', 'RMSE', 'Speed', 'Time', 'Since its start'];

export class Heading {
  constructor(id, steered) {
    this.id = id;
    this.status = pill();
    this.about = el('p', { class: 'about' });
    this.bar = el('progress', { max: 1, value: 0, 'aria-label': 'Progress' });
    this.where = el('p', { class: 'where' });
    this.remark = el('p', { class: 'remark', hidden: true });
    this.steering = new Steering(id, steered);
    this.model = download(id, 'safetensors', 'button primary submits', 'Download model');
    this.onnx = download(id, 'onnx', 'button submits', 'ONNX');
    this.onnx.setAttribute('aria-label', 'Download model as ONNX');
    this.compare = el('a', { class: 'button', href: `#/compare/${encodeURIComponent(id)}` }, 'Compare …');
    this.tiles = new Map(TILES.map(label => [label, el('dd')]));
    this.figures = el('dl', { class: 'tiles' }, [...this.tiles].map(([label, value]) =>
      el('div', { class: 'tile', hidden: true }, el('dt', {}, label), value)));
    this.progress = el('div', { class: 'job-progress', hidden: true }, this.bar, this.where);
    this.element = el('header', { class: 'job-head' },
      el('div', { class: 'job-title' },
        el('div', {}, el('h1', { tabindex: -1 }, id), this.status),
        el('div', { class: 'actions' }, this.steering.element, this.compare, this.onnx, this.model)),
      this.about, this.remark, this.progress, this.figures);
  }

  update(job) {
    const { view } = job;
    if (this.last && this.last !== view.status) announce(`${this.id} is ${view.status}`);
    this.last = view.status;
    changePill(this.status, view.status);
    this.steering.update(view);
    for (const link of [this.model, this.onnx]) show(link, job.hasEnded && Boolean(view.weights_sha256));
    const text = view.error ?? view.reason ?? view.warning;
    say(this.remark, text);
    show(this.remark, Boolean(text));
    mark(this.remark, 'data-kind', view.error ? 'error' : 'warning');
    this.tellProgress(job);
    this.tellFigures(job);
  }

  tellAbout(view) {
    const names = view.worker_names ?? [];
    const key = [view.status, names.join(), format.ago(view.submitted), format.ago(view.ended)].join('|');
    if (this.aboutKey === key) return;
    this.aboutKey = key;
    const by = names.length > 0 ? ` · ${format.several(names.length, 'worker')}: ${names.join(', ')}` : '';
    this.about.replaceChildren(
      'submitted ', ...(view.owner ? [`by ${view.owner} `] : []), moment(view.submitted, format.ago(view.submitted)),
      ...(view.ended ? [' · ended ', moment(view.ended, format.ago(view.ended))] : []), by);
  }

  tellProgress(job) {
    const { view, at: steps } = job;
    show(this.progress, !job.hasEnded && Boolean(view.steps_total));
    if (job.hasEnded || !view.steps_total) return;
    const epoch = Math.floor(Math.max(0, steps - 1) / (view.steps_total / view.epochs));
    const rate = job.timings.stepsPerSecond;
    const left = rate && view.status === 'running' ? ` · about ${format.seconds((view.steps_total - steps) / rate)} left` : '';
    mark(this.bar, 'value', steps / view.steps_total);
    say(this.where, `step ${format.count(steps)} of ${format.count(view.steps_total)} · epoch ${
      format.count(epoch + 1)} of ${format.count(view.epochs)}${left}`);
  }

  tellFigures(job) {
    const { view, curves, timings } = job;
    const of = (curve, field) => (job.hasEnded ? view[field] : curve?.upTo(job.at - 1) ?? view[field]);
    this.tile('Training loss', format.figure(of(curves.steps.get('train_loss'), 'train_loss')));
    this.tile('Validation loss', format.figure(of(curves.epochs.get('validation_loss'), 'validation_loss')));
    const accuracy = of(curves.epochs.get('validation_accuracy'), 'validation_accuracy');
    const rmse = of(curves.epochs.get('validation_rmse'), 'validation_rmse');
    if (accuracy !== undefined && accuracy !== null) this.tile('Accuracy', format.percent(accuracy));
    if (rmse !== undefined && rmse !== null) this.tile('RMSE', format.figure(rmse));
    const speed = view.status === 'running' ? timings.latest?.samples_per_second : view.samples_per_second;
    this.tile('Speed', format.rate(speed));
    this.tick(job);
  }

  /** Time goes on without events. */
  tick(job) {
    this.tellAbout(job.view);
    this.tile('Time', format.seconds(job.view.seconds), job.hasEnded);
    // With what lay between, where it has been resumed.
    this.tile('Since its start', format.seconds(format.since(job.view.started)), !job.hasEnded);
  }

  tile(label, text, isShown = true) {
    const value = this.tiles.get(label);
    say(value, text);
    show(value.parentElement, isShown);
  }
}

const download = (id, format, style, text) =>
  el('a', { class: style, download: `${id}.${format}`, href: api.modelUrl(id, format), hidden: true }, text);
