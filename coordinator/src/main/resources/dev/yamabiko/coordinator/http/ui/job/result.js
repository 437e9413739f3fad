// How a job ended, and what its model is worth.
import { el, panel, show } from '../dom.js';
import * as format from '../format.js';
import { evaluation } from './evaluation.js';

const LINES = [
  ['Training loss', 'train_loss', format.figure],
  ['Validation loss', 'validation_loss', format.figure],
  ['Validation accuracy', 'validation_accuracy', value => format.percent(value)],
  ['Validation RMSE', 'validation_rmse', format.figure],
  ['RMSE of the baseline', 'baseline_rmse', format.figure],
  ['Epochs', 'epochs', format.count],
  // Epochs count from 0 in the answer, and from 1 wherever they are shown.
  ['Best epoch', 'best_epoch', value => format.count(value + 1)],
  ['Steps', 'steps', format.count],
  ['Samples applied', 'samples_applied', format.count],
  ['Speed', 'samples_per_second', format.rate],
  ['Time', 'seconds', format.seconds],
  ['Workers', 'workers', format.count],
  ['Parameters', 'parameters', format.count],
  ['Roll-backs', 'rollbacks', value => (value > 0 ? format.count(value) : null)],
];

const WHOLE = [
  ['Weights, SHA-256', 'weights_sha256'],
  ['Data, SHA-256', 'data_sha256'],
  ['Run directory', 'run_directory'],
];

export class Result {
  constructor() {
    this.body = el('div', { class: 'result' });
    this.element = panel('Result', { hidden: true }, this.body);
  }

  update({ view, hasEnded }) {
    show(this.element, hasEnded);
    if (!hasEnded || view === this.shown) return;
    this.shown = view;
    const lines = LINES.flatMap(([label, field, shown]) => {
      const value = view[field];
      const text = value === null || value === undefined ? null : shown(value);
      return text === null ? [] : [el('div', {}, el('dt', {}, label), el('dd', {}, text))];
    });
    const whole = WHOLE.filter(([, field]) => view[field]).map(([label, field]) =>
      el('div', { class: 'whole' }, el('dt', {}, label), el('dd', {}, el('code', {}, view[field]))));
    this.body.replaceChildren(el('dl', { class: 'facts' }, lines, whole), ...evaluation(view.evaluation));
  }
}
