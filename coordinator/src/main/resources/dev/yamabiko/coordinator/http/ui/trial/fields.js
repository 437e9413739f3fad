// A form of fields: of a table's columns or, with lags, of its last rows, or of a few numbers.
import { command, el, mark } from '../dom.js';

/** A form of more is for programs. */
const MOST_FIELDS = 400;

/** How the fields become what is asked. */
export function fields(id, form, asking) {
  const isTable = form.kind === 'table';
  const count = isTable ? form.columns.length * Math.max(1, form.lags) : form.shape.reduce((a, b) => a * b, 1);
  if (count > MOST_FIELDS) return { element: forPrograms(id, form, count) };
  return isTable ? new TableForm(form, asking) : new NumbersForm(form, asking);
}

function forPrograms(id, form, count) {
  const body = form.kind === 'table' ? '{"rows":[{"COLUMN":0,...},...]}' : '{"inputs":[[0,...]]}';
  return el('div', {},
    el('p', { class: 'note' }, `One input of this model is made of ${count} values, too many for a form. Programs ask like this:`),
    command(`curl -d '${body}' ${new URL(`../../api/v1/jobs/${encodeURIComponent(id)}/predict`, import.meta.url).href}`));
}

/** What both forms do: ask with each change, and at a button's press. */
class Fields {
  constructor(asking, ...content) {
    this.asking = asking;
    this.element = el('form', { class: 'trial-form', novalidate: true, on: { input: () => this.ask(), submit: event => this.submit(event) } },
      ...content, el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'primary' }, 'Predict')));
  }

  submit(event) {
    event.preventDefault();
    this.ask();
  }

  ask() {
    const wrong = this.all.find(field => field.value.trim() === '');
    for (const field of this.all) mark(field, 'aria-invalid', field === wrong ? 'true' : null);
    if (wrong) this.asking.refuse(`${wrong.getAttribute('aria-label')}: expected a number`);
    else {
      const question = this.question();
      this.asking.ask(() => question);
    }
  }
}

class TableForm extends Fields {
  constructor({ columns, lags }, asking) {
    const rows = Array.from({ length: Math.max(1, lags) }, (_, i) =>
      columns.map(column => field(column, lags > 0 ? `${column.name}, ${before(lags - i)}` : column.name)));
    super(asking, lags > 0 ? series(columns, rows) : labelled(columns.map(column => column.name), rows[0]));
    this.columns = columns;
    this.rows = rows;
    this.all = rows.flat();
  }

  question() {
    return {
      rows: this.rows.map(row => Object.fromEntries(row.map((each, i) => [this.columns[i].name, each.value]))),
    };
  }
}

class NumbersForm extends Fields {
  constructor({ shape, pixels }, asking) {
    const names = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => `Number ${i}`);
    const all = names.map(name => field({ categories: null, typical: null }, name));
    super(asking, pixels ? el('p', { class: 'note' }, 'Whole numbers from 0 to 255.') : '', labelled(names, all));
    this.all = all;
  }

  question() {
    return { inputs: [this.all.map(each => Number(each.value))] };
  }
}

const before = rows => `${rows} row${rows === 1 ? '' : 's'} before`;

function field({ categories, typical }, title) {
  return categories
    ? el('select', { 'aria-label': title }, categories.map(name => el('option', { value: name }, name)))
    : el('input', { type: 'number', step: 'any', 'aria-label': title, value: Number((typical ?? 0).toPrecision(4)) });
}

function labelled(names, all) {
  return el('div', { class: 'fields' }, all.map((each, i) => el('label', {}, el('span', {}, names[i]), each)));
}

/** The oldest row first, as in the file. */
function series(columns, rows) {
  const caption = 'The rows before the one that is predicted, oldest first';
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': caption },
    el('table', { class: 'series' }, el('caption', {}, caption),
      el('thead', {}, el('tr', {}, el('td'), columns.map(column => el('th', { scope: 'col' }, column.name)))),
      el('tbody', {}, rows.map((row, i) =>
        el('tr', {}, el('th', { scope: 'row' }, before(rows.length - i)), row.map(each => el('td', {}, each)))))));
}
