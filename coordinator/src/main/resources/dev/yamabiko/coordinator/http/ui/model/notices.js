// What has happened to a job, the newest first. Checkpoints without anything between them are one, so
// that they do not push out what matters.

const MOST = 500;

export class Notices {
  constructor() {
    this.all = [];
    this.known = new Set();
    /** What was before is not told again. */
    this.floor = '';
  }

  /** @param kept as the API has them, the newest first */
  load(kept) {
    this.all = [];
    this.known.clear();
    this.floor = kept.length < MOST ? '' : kept.at(-1).at;
    for (const notice of [...kept].reverse()) this.add(notice);
  }

  /** @returns whether it is new: a connection that comes back may tell again what it has told before */
  add(notice) {
    const key = `${notice.at} ${notice.notice}`;
    if (this.known.has(key) || notice.at < this.floor) return false;
    this.known.add(key);
    const [last, ...before] = this.all;
    const folds = notice.kind === 'checkpoint' && last?.kind === 'checkpoint';
    this.all = folds
      ? [{ ...notice, earlier: (last.earlier ?? 0) + 1 }, ...before]
      : [notice, ...this.all].slice(0, MOST);
    if (this.known.size > 4 * MOST) this.known = new Set([...this.known].slice(-2 * MOST));
    return true;
  }
}
