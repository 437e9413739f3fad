// The job file, as the coordinator has it.
import * as api from '../api.js';
import { untilAnswered } from '../connection.js';
import { el, panel, say, show } from '../dom.js';
import { submitLike } from '../views/submit.js';

export class File {
  constructor({ id }) {
    this.text = el('pre', { class: 'file-text', tabindex: 0, 'aria-label': 'Job file' });
    const again = el('button', { type: 'button', class: 'small submits', on: { click: () => submitLike(this.text.textContent) } }, 'Submit one like it');
    this.element = panel('Job file', { hidden: true, actions: el('div', { class: 'actions' }, again) }, this.text);
    untilAnswered(`file of ${id}`, this, () => this.load(id));
  }

  async load(id) {
    const found = await api.orNull(api.file(id));
    if (found === null) return;
    say(this.text, found);
    show(this.element, true);
  }

  update() {}

  close() {
    this.closed = true;
  }
}
