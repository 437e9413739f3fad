// A job as the page keeps it: loaded once, then changed by its events.
import * as api from '../api.js';
import { report } from '../connection.js';
import { follow } from '../stream.js';
import { Curves } from './curves.js';
import { Notices } from './notices.js';
import { Timings } from './timings.js';

const RETRY_MS = 2000;

/** The series are asked for again at most so often. */
const REFRESH_MS = 20_000;

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
    this.closed = false;
    this.loadedAt = 0;
    this.stop = () => {};
  }

  get hasEnded() {
    return this.view !== null && this.view.ended !== null;
  }

  /** Throws a Problem for a job that is not there. */
  async open() {
    this.view = await api.job(this.id);
    await Promise.all([this.loadCurves(), this.loadNotices()]);
    if (!this.closed && !this.hasEnded) this.follow();
    this.changed();
  }

  close() {
    this.closed = true;
    this.stop();
  }

  /** After it has been resumed, say. */
  async reopen() {
    this.stop();
    await this.open();
  }

  async loadCurves() {
    const series = await api.orNull(api.series(this.id, this.points));
    if (series) this.curves.load(series);
    this.loadedAt = performance.now();
  }

  async loadNotices() {
    const kept = await api.orNull(api.notices(this.id));
    if (kept) this.notices.load(kept.notices);
  }

  follow() {
    this.stop = follow(this.id, () => this.curves.lastStep + 1, {
      status: view => this.becomes(view),
      step: line => {
        this.curves.step(line);
        this.changed();
        this.refresh();
      },
      epoch: line => {
        this.curves.epoch(line);
        this.changed();
      },
      rollback: line => {
        this.curves.rollback(line);
        this.changed();
      },
      timing: timing => {
        this.timings.add(timing);
        this.changed();
      },
      notice: notice => this.notice(notice),
      end: view => {
        this.becomes(view);
        this.finish();
      },
    });
  }

  becomes(view) {
    this.view = view;
    this.changed();
  }

  /** What has come meanwhile is replaced by what the coordinator has. */
  async finish() {
    try {
      await Promise.all([this.loadCurves(), this.loadNotices()]);
      report(this.id, null);
    } catch (e) {
      report(this.id, e.detail);
      setTimeout(() => this.closed || this.finish(), RETRY_MS);
    }
    this.changed();
  }

  /** A long run's curves, equally fine all along: what has come since is finer than what was there. */
  async refresh() {
    const soon = performance.now() < this.loadedAt + REFRESH_MS;
    if (!this.curves.areCoarse || soon || document.visibilityState !== 'visible') return;
    this.loadedAt = performance.now();
    const fetched = new Curves(this.points);
    const series = await api.orNull(api.series(this.id, this.points)).catch(() => null);
    if (!series || this.closed) return;
    fetched.load(series);
    // What came since the coordinator answered is kept.
    for (const [name, curve] of this.curves.steps) {
      curve.x.forEach((x, i) => {
        if (x > fetched.lastStep) fetched.steps.get(name)?.add(x, curve.mean[i]);
      });
    }
    fetched.lastStep = Math.max(fetched.lastStep, this.curves.lastStep);
    fetched.lastEpoch = this.curves.lastEpoch;
    this.curves = fetched;
    this.changed();
  }

  notice(notice) {
    if (!this.notices.add(notice)) return;
    if (notice.kind !== 'checkpoint') this.told(notice);
    this.changed();
  }
}
