// The curves of a job: loss, accuracy or error, learning rate, speed.
import { Chart } from '../charts/chart.js';
import { el, panel, show } from '../dom.js';
import * as format from '../format.js';

const TRAIN = { label: 'training', colour: 'train', range: true };
const VALIDATION = { label: 'validation', colour: 'validation', dots: true };

export class Metrics {
  constructor({ id }) {
    const sync = `steps of ${id}`;
    const chart = (title, options) => new Chart({ title, sync, format: format.figure, ...options });
    this.loss = chart('Loss', { lines: [TRAIN, VALIDATION], log: true, height: 300 }).withScaleSwitch();
    this.charts = [
      [this.loss, 'train_loss', 'validation_loss'],
      [chart('Accuracy', { format: value => format.percent(value, 1), tick: value => format.percent(value, 0), lines: [TRAIN, VALIDATION] }), 'train_accuracy', 'validation_accuracy'],
      [chart('RMSE', { lines: [TRAIN, VALIDATION] }), 'train_rmse', 'validation_rmse'],
      [chart('Learning rate', { fromZero: true, lines: [{ label: 'learning rate', colour: 'rate' }] }), 'learning_rate', null],
      [chart('Gradient norm', { lines: [{ label: 'before clipping', colour: 'rate', range: true }] }), 'gradient_norm', null],
    ];
    this.speed = chart('Speed', { format: format.rate, tick: format.count, fromZero: true, lines: [{ label: 'all workers', colour: 'speed' }] });
    this.empty = el('p', { class: 'note' }, 'Curves begin with the first step.');
    const rest = this.charts.slice(1).map(([each]) => each.element);
    this.element = panel('Metrics', { class: 'metrics' }, this.empty, this.loss.element,
      el('div', { class: 'charts' }, ...rest.slice(0, 2), this.speed.element, ...rest.slice(2)));
  }

  update({ curves, timings }) {
    for (const [chart, overSteps, overEpochs] of this.charts) {
      const lines = [curves.steps.get(overSteps), curves.epochs.get(overEpochs)].slice(0, chart.lines.length);
      show(chart.element, lines.some(line => line?.length > 0));
      chart.update(lines);
    }
    show(this.speed.element, !timings.isEmpty);
    this.speed.update([timings.curves.get('samples_per_second')]);
    show(this.empty, curves.steps.size === 0);
  }

  close() {
    this.speed.close();
    for (const [chart] of this.charts) chart.close();
  }
}
