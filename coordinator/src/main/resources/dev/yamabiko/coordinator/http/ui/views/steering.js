// Cancelling and resuming a job, from wherever it is shown.
import * as api from '../api.js';
import { el, show } from '../dom.js';
import { announce, toast } from '../said.js';
import { ask, forOwner } from '../who.js';

/** Buttons that fit the job's status. */
export class Steering {
  /**
   * @param done called after the coordinator has agreed
   * @param small for rows of tables
   */
  constructor(id, done, small = false) {
    this.id = id;
    this.done = done;
    const button = (text, act) => el('button', {
      type: 'button', class: small ? 'small' : null, hidden: true, 'aria-label': `${text} ${id}`, on: { click: () => this.act(act, text) },
    }, text);
    this.cancel = button('Cancel', api.cancel);
    this.resume = button('Resume', api.resume);
    this.element = el('div', { class: 'actions submits' }, this.cancel, this.resume);
    this.element.steering = this;
  }

  update(job) {
    const focused = document.activeElement;
    forOwner(this.element, job.owner);
    show(this.cancel, job.ended === null);
    show(this.resume, job.status === 'cancelled' || job.status === 'failed');
    if (focused.hidden && this.element.contains(focused)) this.focus();
  }

  async act(request, text) {
    const hadFocus = this.element.contains(document.activeElement);
    this.cancel.disabled = this.resume.disabled = true;
    try {
      const job = await request(this.id);
      announce(`${this.id}: ${text.toLowerCase()} is under way`);
      this.update(job);
      this.done(job);
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      toast(`${text} ${this.id}: ${e.detail}`);
      // Somebody else may have logged in meanwhile.
      if (e.status === 403) ask();
    } finally {
      this.cancel.disabled = this.resume.disabled = false;
      const focused = document.activeElement;
      if (hadFocus && (focused === document.body || focused.hidden)) this.focus();
    }
  }

  /** Back to where the keyboard was: to the button that is left, or else what names the job. */
  focus() {
    const shown = [this.cancel, this.resume].find(button => !button.hidden);
    (shown ?? this.element.closest('tr')?.querySelector('a') ?? document.querySelector('h1'))?.focus();
  }
}
