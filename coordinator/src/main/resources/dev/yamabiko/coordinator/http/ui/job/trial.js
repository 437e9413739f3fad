// Trying out the model that a job has left: a form, a picture or a drawing, and what it says of that.
import * as api from '../api.js';
import { untilAnswered } from '../connection.js';
import { el, panel, show } from '../dom.js';
import { Answer } from '../trial/answer.js';
import { Asking } from '../trial/asking.js';
import { fields } from '../trial/fields.js';
import { ImageForm } from '../trial/image.js';

export class Trial {
  constructor({ id }) {
    this.id = id;
    this.body = el('div', { class: 'trial' });
    this.element = panel('Try it', { hidden: true, class: 'submits' }, this.body);
  }

  /** A job that is resumed has no model until it ends again, and then another one. */
  update({ view, hasEnded }) {
    const model = hasEnded ? view.weights_sha256 : null;
    if (model === this.model) return;
    this.model = model;
    show(this.element, false);
    if (model) untilAnswered(`model of ${this.id}`, this, () => this.load(model));
  }

  async load(model) {
    const form = await api.refusedAsNull(api.inputs(this.id));
    if (!form || this.closed || model !== this.model) return;
    this.asking?.close();
    const answer = new Answer(form);
    this.asking = new Asking(this.id, answer);
    const inputs = form.kind === 'image' ? new ImageForm(form, this.asking) : fields(this.id, form, this.asking);
    this.body.replaceChildren(...[inputs.element, answer.element, inputs.more].filter(Boolean));
    show(this.element, true);
  }

  close() {
    this.closed = true;
    this.asking?.close();
  }
}
