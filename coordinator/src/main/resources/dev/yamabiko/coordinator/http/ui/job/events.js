// What has happened to a job, the newest first.
import { el, moment, panel, say, show } from '../dom.js';
import * as format from '../format.js';

/** How a kind of notice is marked; others are plain. */
const GRAVE = new Set(['worker-lost', 'waiting', 'slices-returned', 'disk', 'rollback']);

export class Events {
  constructor() {
    this.shown = null;
    /** What stands for each notice: what is selected stays so while others come. */
    this.lines = new Map();
    this.day = today();
    this.list = el('ol', { class: 'events', tabindex: 0, 'aria-label': 'Events, the newest first' });
    this.empty = el('p', { class: 'note' }, 'Nothing has happened yet.');
    this.element = panel('Events', { class: 'events-panel' }, this.empty, this.list);
  }

  update({ notices }) {
    const { all } = notices;
    if (all === this.shown) return;
    this.shown = all;
    show(this.empty, all.length === 0);
    show(this.list, all.length > 0);
    const kept = new Set(all);
    for (const [notice, element] of this.lines) {
      if (!kept.has(notice)) {
        element.remove();
        this.lines.delete(notice);
      }
    }
    let next = this.list.firstChild;
    for (const notice of all) {
      if (this.lines.has(notice)) {
        next = this.lines.get(notice).nextSibling;
      } else {
        this.lines.set(notice, line(notice));
        this.list.insertBefore(this.lines.get(notice), next);
      }
    }
  }

  /** What was of this day is not, once it is over. */
  tick() {
    if (this.day === today()) return;
    this.day = today();
    for (const [notice, element] of this.lines) {
      if (notice.at) say(element.querySelector('time'), format.clock(notice.at));
    }
  }
}

const today = () => new Date().toDateString();

function line(notice) {
  const kind = notice.kind ?? 'run';
  return el('li', { 'data-kind': kind, 'data-grave': GRAVE.has(kind) },
    el('span', { class: 'event-when' },
      notice.at ? moment(notice.at, format.clock(notice.at)) : '',
      Number.isInteger(notice.step) ? el('span', {}, `step ${format.count(notice.step)}`) : null),
    el('span', { class: 'event-text' }, notice.notice,
      notice.earlier ? el('span', { class: 'event-more' }, ` and ${format.several(notice.earlier, 'checkpoint')} before`) : null));
}
