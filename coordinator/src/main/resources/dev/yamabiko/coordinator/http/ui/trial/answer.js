// What a model says: bars of the likeliest classes, or values.
import { el, mark, say, show } from '../dom.js';
import * as format from '../format.js';

const MOST = 10;

export class Answer {
  constructor({ classes }) {
    this.isOfClasses = classes !== null;
    this.empty = el('p', { class: 'note' }, 'What the model says of it stands here.');
    this.title = el('p', { class: 'answer-title' });
    /** For those who do not see it: said once it stays, not with every move of a pen. */
    this.status = el('p', { class: 'unseen', role: 'status' });
    this.problem = el('p', { class: 'problem', role: 'alert', hidden: true });
    this.bars = el('ol', { class: 'bars', 'aria-label': 'The likeliest classes', hidden: true });
    this.values = el('dl', { class: 'facts', hidden: true });
    this.element = el('div', { class: 'answer' }, this.empty, this.problem, this.title, this.status, this.bars, this.values);
  }

  show(prediction) {
    show(this.empty, false);
    show(this.problem, false);
    show(this.title, true);
    if (this.isOfClasses) this.showClasses(prediction);
    else this.showValues(prediction.values);
  }

  showClasses({ class: chosen, probability, probabilities }) {
    say(this.title, chosen);
    this.summary = `${chosen}, ${format.percent(probability, 1)}`;
    const all = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
    const likeliest = all.slice(0, MOST);
    while (this.bars.children.length > likeliest.length) this.bars.lastChild.remove();
    while (this.bars.children.length < likeliest.length) this.bars.append(bar());
    likeliest.forEach(([name, p], i) => {
      const [label, progress, figure] = this.bars.children[i].children;
      say(label, name);
      mark(progress, 'value', p);
      mark(progress, 'aria-label', name);
      say(figure, format.percent(p, 1));
    });
    show(this.bars, true);
  }

  showValues(values) {
    const all = Object.entries(values);
    this.summary = all.slice(0, MOST).map(([name, value]) => `${name}: ${format.figure(value)}`).join(', ');
    show(this.title, all.length === 1);
    if (all.length === 1) say(this.title, `${all[0][0]}: ${exact(all[0][1])}`);
    else {
      this.values.replaceChildren(...all.map(([name, value]) =>
        el('div', {}, el('dt', {}, name), el('dd', {}, exact(value)))));
    }
    show(this.values, all.length > 1);
  }

  /** @param isLast whether nothing else is asked meanwhile */
  settle(isLast) {
    if (isLast) say(this.status, this.problem.hidden ? this.summary : '');
  }

  refuse(why) {
    this.clear();
    say(this.problem, why);
    show(this.empty, false);
    show(this.problem, true);
  }

  clear() {
    for (const part of [this.problem, this.title, this.bars, this.values]) show(part, false);
    say(this.status, '');
    show(this.empty, true);
  }
}

const bar = () => el('li', {}, el('span', { class: 'bar-name' }), el('progress', { max: 1 }), el('span', { class: 'bar-figure' }));

/** Six digits tell more than a model knows. */
const exact = value => (value === null ? format.figure(value) : String(Number(value.toPrecision(6))));
