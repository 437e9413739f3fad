// The evaluation of a model on its validation data: classes and what they are taken for, or errors.
import { el } from '../dom.js';
import * as format from '../format.js';

/** More classes than this make a matrix that nobody reads. */
const MOST_CLASSES = 40;

/** @returns elements; none where there is no evaluation */
export function evaluation(found) {
  if (!found) return [];
  const totals = [
    ['Examples', format.count(found.examples)],
    ['Accuracy', found.accuracy === null ? null : format.percent(found.accuracy)],
    ['Macro F1', found.macro_f1 === null ? null : format.percent(found.macro_f1)],
    ['ROC-AUC', found.roc_auc === null ? null : format.figure(found.roc_auc)],
    ['MAE', found.mae === null ? null : format.figure(found.mae)],
    ['RMSE', found.rmse === null ? null : format.figure(found.rmse)],
    ['R²', found.r2 === null ? null : format.figure(found.r2)],
  ].filter(([, text]) => text !== null && text !== undefined);
  return [
    el('h3', {}, 'Evaluation on the validation data'),
    el('dl', { class: 'facts' }, totals.map(([label, text]) => el('div', {}, el('dt', {}, label), el('dd', {}, text)))),
    el('div', { class: 'pair' },
      found.classes ? classes(found.classes) : null,
      found.confusion && found.confusion.length <= MOST_CLASSES ? confusion(found.confusion, found.classes) : null,
      found.targets ? targets(found.targets) : null),
  ];
}

function table(caption, heads, rows) {
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': caption },
    el('table', { class: 'rows' }, el('caption', {}, caption),
      el('thead', {}, el('tr', {}, heads.map((head, i) => el('th', { scope: 'col', class: i > 0 ? 'number' : null }, head)))),
      el('tbody', {}, rows.map(([name, ...cells]) =>
        el('tr', {}, el('th', { scope: 'row' }, name), cells.map(cell => el('td', { class: 'number' }, cell)))))));
}

const classes = found => table('Classes', ['Class', 'Precision', 'Recall', 'F1', 'Examples'],
  found.map(each => [each.name, format.percent(each.precision, 1), format.percent(each.recall, 1),
    format.percent(each.f1, 1), format.count(each.support)]));

const targets = found => table('Targets', ['Target', 'MAE', 'RMSE', 'R²'],
  found.map(each => [each.name, format.figure(each.mae), format.figure(each.rmse), format.figure(each.r2)]));

/** Rows are what examples are, columns what they were taken for; darker is more of the row. */
function confusion(rows, found) {
  const names = rows.map((_, i) => found?.[i]?.name ?? String(i));
  const cell = (value, i, j, sum) => el('td', {
    class: 'number', 'data-heat': value === 0 ? 0 : Math.max(1, Math.round((9 * value) / sum)), 'data-right': i === j,
  }, format.count(value));
  const caption = 'Confusion: rows are the classes, columns what was predicted';
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': caption },
    el('table', { class: 'confusion' }, el('caption', {}, caption),
      el('thead', {}, el('tr', {}, el('td'), names.map(name => el('th', { scope: 'col', class: 'number' }, name)))),
      el('tbody', {}, rows.map((row, i) => {
        const sum = Math.max(1, row.reduce((total, value) => total + value, 0));
        return el('tr', {}, el('th', { scope: 'row' }, names[i]), row.map((value, j) => cell(value, i, j, sum)));
      }))));
}
