// Asks for predictions: one request at a time, and of what changes meanwhile only the last.
import * as api from '../api.js';

const PAUSE_MS = 120;

export class Asking {
  /** @param answer hears what comes of it */
  constructor(id, answer) {
    this.id = id;
    this.answer = answer;
    this.next = null;
    this.busy = false;
  }

  /**
   * Soon; may be called with every move of a pen.
   *
   * @param make what is asked, or a promise of it: an object or an image; null where there is nothing to ask
   */
  ask(make) {
    this.next = make;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), PAUSE_MS);
  }

  /** There is nothing to ask any more; what is under way is given up. */
  forget() {
    this.giveUp();
    this.ask(null);
    this.answer.clear();
  }

  /** What cannot be asked, for people. */
  refuse(why) {
    this.giveUp();
    this.ask(null);
    this.answer.refuse(why);
  }

  async run() {
    if (this.busy || this.closed || !this.next) return;
    this.busy = true;
    const make = this.next;
    const { signal } = (this.underWay = new AbortController());
    try {
      const { predictions } = await api.predict(this.id, await make(), signal);
      if (!signal.aborted) this.tell(make, () => this.answer.show(predictions.at(-1)));
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      if (!signal.aborted) this.tell(make, () => this.answer.refuse(e.detail));
    } finally {
      this.busy = false;
      if (make !== this.next) this.run();
    }
  }

  /** An answer to what is drawn further meanwhile is of use until the next one; one to what is gone is not. */
  tell(make, say) {
    if (this.closed || !this.next) return;
    if (make === this.next) this.next = null;
    say();
    this.answer.settle(this.next === null);
  }

  giveUp() {
    this.underWay?.abort();
  }

  close() {
    this.closed = true;
    this.giveUp();
    clearTimeout(this.timer);
  }
}
