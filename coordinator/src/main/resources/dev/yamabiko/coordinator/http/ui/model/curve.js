// One quantity over steps, in no more points than fit: each point stands for neighbouring steps, with
// their mean and how far they reach.

export class Curve {
  /** @param most points; where there would be more, neighbours become one */
  constructor(most) {
    this.most = most;
    this.clear();
  }

  clear() {
    this.x = [];
    this.mean = [];
    this.min = [];
    this.max = [];
    this.weight = [];
  }

  get length() {
    return this.x.length;
  }

  get last() {
    return this.mean[this.mean.length - 1];
  }

  /** Of the last point that is not behind x; undefined where there is none. */
  upTo(x) {
    return this.mean[this.x.findLastIndex(each => each <= x)];
  }

  /**
   * What the API has thinned already.
   *
   * @param values {mean, min, max}, or an array of single values
   */
  load(x, values) {
    const { mean, min, max } = Array.isArray(values) ? { mean: values, min: values, max: values } : values;
    this.x = [...x];
    this.mean = [...mean];
    this.min = [...min];
    this.max = [...max];
    // Steps are counted from 0, and a point's step is its last.
    this.weight = x.map((step, i) => Math.max(1, step - (i > 0 ? x[i - 1] : -1)));
  }

  /** Steps that are taken again, after a return to a checkpoint, take the place of what was there. */
  add(x, value) {
    this.cut(x);
    const known = typeof value === 'number' ? value : null;
    this.x.push(x);
    this.mean.push(known);
    this.min.push(known);
    this.max.push(known);
    this.weight.push(1);
    if (this.length > this.most) this.halve();
  }

  /** Forgets what lies at x and behind it. */
  cut(x) {
    while (this.length > 0 && this.x[this.length - 1] >= x) {
      for (const column of [this.x, this.mean, this.min, this.max, this.weight]) column.pop();
    }
  }

  halve() {
    const half = new Curve(this.most);
    for (let i = 0; i < this.length; i += 2) {
      const pair = i + 1 < this.length ? [i, i + 1] : [i];
      const known = pair.filter(p => this.mean[p] !== null);
      const weight = known.reduce((sum, p) => sum + this.weight[p], 0);
      const any = known.length > 0;
      half.x.push(this.x[pair[pair.length - 1]]);
      half.mean.push(any ? known.reduce((sum, p) => sum + this.mean[p] * this.weight[p], 0) / weight : null);
      half.min.push(any ? Math.min(...known.map(p => this.min[p])) : null);
      half.max.push(any ? Math.max(...known.map(p => this.max[p])) : null);
      half.weight.push(pair.reduce((sum, p) => sum + this.weight[p], 0));
    }
    Object.assign(this, half);
  }
}
