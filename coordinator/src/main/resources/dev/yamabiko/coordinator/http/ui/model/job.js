// A job as the page keeps it: loaded, then changed by its events, and loaded again where it missed some.
import * as api from '../api.js';
import { untilAnswered } from '../connection.js';
import { repeating } from '../pace.js';
import { toast } from '../said.js';
import { follow } from '../stream.js';
import { Curves } from './curves.js';
import { Notices } from './notices.js';
import { Timings } from './timings.js';

/** The series are asked for again at most so often. */
const REFRESH_MS = 20_000;

/** How long a page that nobody sees keeps its connection; browsers have six for all pages together. */
const GRACE_MS = 3000;

const WATCH_SECONDS = 5;

/** After so long without an event the connection may be dead: nothing tells of a host that vanishes. */
const QUIET_MS = 30_000;

/** After these, the job's view is another one. */
const CHANGING = new Set(['worker-joined', 'worker-lost', 'waiting', 'went-on', 'slices-returned', 'disk']);

export class Job {
  /**
   * @param points that a chart can show
   * @param changed called whenever something is different
   * @param told called with each notice that is new
   */
  constructor(id, points, changed, told) {
    this.id = id;
    this.points = points;
    this.changed = changed;
    this.told = told;
    this.curves = new Curves(points);
    this.timings = new Timings();
    this.notices = new Notices();
    this.view = null;
    /** Steps taken, as far as is known: less than the curves hold while steps are taken again. */
    this.at = 0;
    this.closed = false;
    this.loadedAt = 0;
    /** One more with each return to earlier steps, so that an older answer is not taken for newer. */
    this.course = 0;
    this.isAway = false;
    this.heardAt = Infinity;
    this.stop = () => {};
    this.seen = () => this.comeOrGo();
    document.addEventListener('visibilitychange', this.seen);
    this.seen();
    this.stopWatching = repeating(WATCH_SECONDS, () => this.watch());
  }

  get hasEnded() {
    return this.view !== null && this.view.ended !== null;
  }

  /** Throws a Problem for a job that is not there; waits for a coordinator that is not. */
  open() {
    return untilAnswered(this.id, this, () => this.load());
  }

  /** After it has been resumed, or events were missed. */
  async reopen() {
    try {
      await this.open();
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      toast(e.detail);
    }
  }

  async load() {
    const view = await api.job(this.id);
    await Promise.all([this.loadCurves(), this.loadNotices()]);
    if (this.closed) return;
    this.becomes(view);
    this.stop();
    if (!this.hasEnded && !this.isAway) this.follow();
  }

  comeOrGo() {
    clearTimeout(this.grace);
    if (document.visibilityState !== 'visible') {
      this.grace = setTimeout(() => this.leave(), GRACE_MS);
    } else if (this.isAway) {
      this.isAway = false;
      if (this.view) this.reopen();
    }
  }

  leave() {
    this.isAway = true;
    this.stop();
  }

  close() {
    this.closed = true;
    this.stop();
    this.stopWatching();
    clearTimeout(this.grace);
    document.removeEventListener('visibilitychange', this.seen);
  }

  /** Somebody else may resume what has ended; what goes on may do so without a word. */
  async watch() {
    const isOver = this.hasEnded && this.view.status !== 'completed';
    const isQuiet = !this.hasEnded && performance.now() > this.heardAt + QUIET_MS;
    if (!isOver && !isQuiet) return;
    const view = await api.job(this.id).catch(() => null);
    if (!view || this.closed || this.isAway) return;
    // It may have ended again by now.
    const isResumed = this.hasEnded && view.ended !== this.view.ended;
    const hasMissed = !this.hasEnded && (view.ended !== null || view.step > this.curves.lastStep + 1);
    if (isResumed || hasMissed) this.reopen();
  }

  async loadCurves() {
    const series = await api.orNull(api.series(this.id, this.points));
    if (series) this.curves.load(series);
    this.course++;
    this.loadedAt = performance.now();
  }

  async loadNotices() {
    const kept = await api.orNull(api.notices(this.id));
    if (kept) this.notices.load(kept.notices);
  }

  follow() {
    this.heardAt = performance.now();
    this.stop = follow(this.id, this.curves.lastStep + 1, {
      any: () => (this.heardAt = performance.now()),
      status: () => this.ask(),
      step: line => {
        this.at = line.step + 1;
        this.curves.step(line);
        this.changed();
        this.refresh();
      },
      epoch: line => {
        this.curves.epoch(line);
        this.changed();
      },
      rollback: line => {
        this.course++;
        this.at = line.to_step;
        this.curves.rollback(line);
        this.changed();
      },
      timing: timing => {
        // Also of steps that are left out, as the curves have them; and of some that have long been.
        this.at = Math.max(this.at, timing.step + 1);
        this.timings.add(timing);
        this.changed();
      },
      notice: notice => this.notice(notice),
      end: view => {
        this.becomes(view);
        this.finish();
      },
    }, () => this.reopen());
  }

  becomes(view) {
    this.view = view;
    this.at = view.step ?? this.at;
    this.changed();
  }

  /**
   * How it is now: events of what has long been may come again. Whoever asks meanwhile has it asked
   * once more. Where no answer comes the events stop as well, and all is loaded again.
   */
  async ask() {
    this.askAgain = true;
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.askAgain) {
      this.askAgain = false;
      const view = await api.job(this.id).catch(() => null);
      if (view && !this.closed && !this.hasEnded) this.becomes(view);
    }
    this.isAsking = false;
  }

  /** What has come meanwhile is replaced by what the coordinator has. */
  async finish() {
    await untilAnswered(this.id, this, () => Promise.all([this.loadCurves(), this.loadNotices()]));
    this.changed();
  }

  /** A long run's curves, equally fine all along: what has come since is finer than what was there. */
  async refresh() {
    const soon = performance.now() < this.loadedAt + REFRESH_MS;
    if (!this.curves.areCoarse || soon || document.visibilityState !== 'visible') return;
    this.loadedAt = performance.now();
    const { course } = this;
    const series = await api.orNull(api.series(this.id, this.points)).catch(() => null);
    if (!series || this.closed || this.hasEnded || course !== this.course) return;
    const fetched = new Curves(this.points);
    fetched.load(series);
    fetched.extend(this.curves);
    this.curves = fetched;
    this.changed();
  }

  notice(notice) {
    if (!this.notices.add(notice)) return;
    if (notice.kind !== 'checkpoint') this.told(notice);
    if (CHANGING.has(notice.kind)) this.ask();
    this.changed();
  }
}
