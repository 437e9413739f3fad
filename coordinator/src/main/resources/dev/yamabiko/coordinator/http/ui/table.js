// Tables whose rows change in place: what is focused or selected stays so while numbers move.
import { el, mark, say } from './dom.js';

/**
 * @typedef Column
 * @property title
 * @property {boolean} [number] aligned as numbers are
 * @property {boolean} [head] names the row
 * @property {boolean} [minor] left out where there is little room
 * @property {(row) => string} [text] what the cell says, or
 * @property {(row) => Element} [make] what it holds, made once for each row, and
 * @property {(element, row) => void} [change] how that follows the row
 */
export class Table {
  /** @param {Column[]} columns */
  constructor(caption, columns, key) {
    this.columns = columns;
    this.key = key;
    this.rows = new Map();
    this.body = el('tbody');
    this.element = el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': caption },
      el('table', { class: 'rows' },
        el('caption', { class: 'unseen' }, caption),
        el('thead', {}, el('tr', {}, columns.map(column =>
          el('th', { scope: 'col', class: classes(column) },
            column.unseen ? el('span', { class: 'unseen' }, column.title) : column.title)))),
        this.body));
  }

  update(rows) {
    const keys = new Set(rows.map(this.key));
    for (const [key, shown] of this.rows) {
      if (!keys.has(key)) {
        shown.element.remove();
        this.rows.delete(key);
      }
    }
    let before = null;
    for (const row of rows) {
      const key = this.key(row);
      if (!this.rows.has(key)) this.rows.set(key, this.make(row));
      const shown = this.rows.get(key);
      this.columns.forEach((column, i) => change(column, shown.cells[i], row));
      const next = before ? before.nextSibling : this.body.firstChild;
      if (next !== shown.element) this.body.insertBefore(shown.element, next);
      before = shown.element;
    }
  }

  make(row) {
    const cells = this.columns.map(column => {
      const cell = el(column.head ? 'th' : 'td', { scope: column.head ? 'row' : null, class: classes(column) });
      if (column.make) cell.append(column.make(row));
      return cell;
    });
    return { element: el('tr', {}, cells), cells };
  }
}

function change(column, cell, row) {
  if (column.text) say(cell, column.text(row));
  else column.change?.(cell.firstChild, row);
}

const classes = column => [column.number && 'number', column.minor && 'minor'].filter(Boolean).join(' ') || null;

/** How a job is, in a word and a colour. */
export const pill = () => el('span', { class: 'pill' });

export function changePill(element, status) {
  mark(element, 'data-status', status);
  say(element, status);
}
