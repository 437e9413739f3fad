// What a job's metrics hold, as curves: loaded from the series, then longer with each event.
import { Curve } from './curve.js';

/** So many points an epoch's curve keeps; a job rarely has more epochs. */
const EPOCHS = 2000;

/** What a line of the metrics has beside its quantities. */
const NOT_CURVES = new Set(['step', 'epoch', 'steps', 'examples', 'sample_hash']);

export class Curves {
  /** @param points over steps, as many as a chart can show */
  constructor(points) {
    this.points = points;
    this.clear();
  }

  clear() {
    /** Quantity by name, over steps: of each batch, before its step. */
    this.steps = new Map();
    /** Quantity by name, over the steps at which epochs ended. */
    this.epochs = new Map();
    this.lastStep = -1;
    /** Steps that have come since the series was loaded. */
    this.fresh = 0;
  }

  load(series) {
    this.clear();
    this.fill(this.steps, series.steps, 4 * this.points);
    this.fill(this.epochs, series.epochs, EPOCHS);
    this.lastStep = series.last_step ?? -1;
  }

  fill(curves, columns, most) {
    for (const [name, values] of Object.entries(columns ?? {})) {
      if (!NOT_CURVES.has(name) && columns.step.length > 0) curve(curves, name, most).load(columns.step, values);
    }
  }

  step(line) {
    for (const [name, value] of Object.entries(line)) {
      if (!NOT_CURVES.has(name)) curve(this.steps, name, 4 * this.points).add(line.step, value);
    }
    this.lastStep = line.step;
    this.fresh++;
  }

  epoch(line) {
    // The last step of the epoch, as steps are counted from 0.
    const step = line.steps - 1;
    for (const [name, value] of Object.entries(line)) {
      if (!NOT_CURVES.has(name)) curve(this.epochs, name, EPOCHS).add(step, value);
    }
  }

  /** All steps from this one on will be taken again. */
  rollback(line) {
    const { to_step: step } = line;
    for (const each of [...this.steps.values(), ...this.epochs.values()]) each.cut(step);
    this.lastStep = Math.min(this.lastStep, step - 1);
  }

  /** Goes on with what others have that came later. */
  extend(others) {
    for (const [own, theirs, most] of [[this.steps, others.steps, 4 * this.points], [this.epochs, others.epochs, EPOCHS]]) {
      for (const [name, { x, mean }] of theirs) {
        const longer = curve(own, name, most);
        const last = longer.x.at(-1) ?? -1;
        x.forEach((step, i) => step > last && longer.add(step, mean[i]));
      }
    }
    this.lastStep = Math.max(this.lastStep, others.lastStep);
  }

  /** Whether it is time to ask for the series again, for a curve that is equally fine all along. */
  get areCoarse() {
    return this.fresh > this.points / 4;
  }
}

function curve(curves, name, most) {
  if (!curves.has(name)) curves.set(name, new Curve(most));
  return curves.get(name);
}
