// A line chart with what a picture alone does not give: a legend that tells values, a sentence and a
// table for those who do not see it, the page's colours, the width that there is.
import uPlot from '../lib/uplot/uPlot.esm.js';
import { el, say, show } from '../dom.js';
import * as format from '../format.js';
import { colour, faint, onRecolour } from './colours.js';

const HEIGHT = 210;
const FONT = '12px system-ui, sans-serif';
const TABLE_ROWS = 12;

/** More than this hide the line that joins them. */
const MOST_DOTS = 60;

/**
 * @typedef Line
 * @property label
 * @property colour name of a custom property
 * @property {boolean} [dots] single points, as epochs are
 * @property {number[]} [dash]
 * @property {boolean} [range] draws how far the values under each point reach
 * @property {boolean} [area] fills down to the line before, or to 0
 */
export class Chart {
  /**
   * @param format of a value, as text
   * @param tick the same where there is less room, beside the axis
   * @param of what x counts
   * @param robust leaves room for nearly all values only: a few very large ones are cut off
   * @param log whether small and large values are told apart by their ratio
   * @param {Line[]} lines
   */
  constructor({ title, level = 3, format: shown, tick = shown, of = 'step', log = false, fromZero = false, robust = false, lines, sync, height }) {
    this.title = title;
    this.shown = shown;
    this.tick = tick;
    this.of = of;
    this.log = log;
    this.fromZero = fromZero;
    this.robust = robust;
    this.lines = lines;
    this.sync = sync;
    this.height = height ?? HEIGHT;
    this.data = null;
    this.zoomed = false;
    this.build(level);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.plot);
    this.forget = onRecolour(() => this.draw());
  }

  build(level) {
    const heading = el(`h${level}`, {}, this.title);
    this.where = el('span', { class: 'chart-where' });
    this.unzoom = el(
      'button', { type: 'button', class: 'small', hidden: true, on: { click: () => this.wholeAgain() } }, 'Show all');
    this.scale = el('button', {
      type: 'button', class: 'small', 'aria-pressed': String(this.log),
      on: { click: () => this.switchScale() },
    }, 'Log scale');
    this.tools = el('div', { class: 'chart-tools' }, this.where, this.unzoom);
    this.values = this.lines.map(() => el('span', { class: 'legend-value' }));
    const legend = el('ul', { class: 'legend' }, this.lines.map((line, i) => {
      const swatch = el('span', { class: `swatch${line.dots ? ' swatch-dots' : ''}`, 'aria-hidden': 'true' });
      swatch.style.setProperty('--swatch', `var(--${line.colour})`);
      return el('li', {}, swatch, el('span', {}, line.label), this.values[i]);
    }));
    this.plot = el('div', { class: 'plot', role: 'img' });
    this.plot.style.height = `${this.height}px`;
    this.body = el('tbody');
    this.table = el('details', { class: 'chart-table', on: { toggle: () => this.fillTable() } },
      el('summary', {}, 'Values as a table'),
      el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${this.title}: values` },
        el('table', {},
          el('caption', { class: 'unseen' }, `${this.title}, by ${this.of}`),
          el('thead', {}, el('tr', {},
            el('th', { scope: 'col', class: 'number' }, this.of),
            this.lines.map(line => el('th', { scope: 'col', class: 'number' }, line.label)))),
          this.body)));
    this.element = el('figure', { class: 'chart', 'aria-label': this.title },
      el('div', { class: 'chart-head' }, heading, this.tools), legend, this.plot, this.table);
  }

  /** Lets readers choose between a linear and a logarithmic scale. */
  withScaleSwitch() {
    this.tools.append(this.scale);
    return this;
  }

  /** @param curves one for each line, or null; `top` says where one is drawn that stands on others */
  update(curves) {
    this.curves = curves;
    const parts = [];
    this.slots = this.lines.map((line, i) => {
      const curve = curves[i];
      if (!curve || curve.length === 0) return null;
      const drawn = curve.top ?? curve.mean;
      parts.push(line.range ? [curve.x, drawn, curve.min, curve.max] : [curve.x, drawn]);
      return true;
    });
    this.hasData = parts.length > 0;
    this.data = this.hasData ? this.arrange(uPlot.join(parts)) : null;
    this.describe();
    this.draw();
  }

  /** One column for each series of the plot, in the order of the lines. */
  arrange(joined) {
    const [x, ...columns] = joined;
    const data = [x];
    const nothing = () => new Array(x.length).fill(undefined);
    this.lines.forEach((line, i) => {
      for (let part = 0; part < (line.range ? 3 : 1); part++) data.push(this.slots[i] ? columns.shift() : nothing());
    });
    return this.log ? data.map((column, i) => (i === 0 ? column : column.map(v => (v > 0 ? v : v === undefined ? v : null)))) : data;
  }

  describe() {
    const sentences = this.lines.flatMap((line, i) => {
      const curve = this.curves[i];
      if (!curve || curve.length === 0) return [];
      const first = curve.mean.find(value => value !== null);
      return [`${line.label}: ${this.shown(first)} at ${this.of} ${format.count(curve.x[0])},`
        + ` ${this.shown(curve.last)} at ${this.of} ${format.count(curve.x.at(-1))}`];
    });
    this.text = sentences.length > 0 ? `${this.title}. ${sentences.join('; ')}.` : `${this.title}: no values yet.`;
    this.plot.setAttribute('aria-label', this.text);
    if (this.cursor === undefined) this.tell(null);
    if (this.table.open) this.fillTable();
  }

  /** The values under the cursor, or the last ones. */
  tell(index) {
    this.lines.forEach((line, i) => {
      const curve = this.curves?.[i];
      const text = index === null || !this.hasData ? (curve?.length > 0 ? this.shown(curve.last) : '') : this.valueNear(i, this.data[0][index]);
      say(this.values[i], text);
    });
    say(this.where, index === null ? '' : `${this.of} ${format.count(this.data[0][index])}`);
  }

  column(line) {
    let column = 1;
    for (let i = 0; i < line; i++) column += this.lines[i].range ? 3 : 1;
    return column;
  }

  fillTable() {
    if (!this.table.open) return;
    const [x] = this.data ?? [[]];
    const every = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
    const rows = x.map((_, i) => i).filter(i => (x.length - 1 - i) % every === 0);
    this.body.replaceChildren(...rows.map(row => el('tr', {},
      el('th', { scope: 'row', class: 'number' }, format.count(x[row])),
      this.lines.map((line, i) => el('td', { class: 'number' }, this.valueNear(i, x[row]))))));
  }

  /** Of the last point up to there: lines have their points at different places. */
  valueNear(line, x) {
    const curve = this.curves[line];
    const at = curve ? curve.x.findLastIndex(each => each <= x) : -1;
    return at < 0 ? '' : this.shown(curve.mean[at]);
  }

  // --- The picture ------------------------------------------------------------------------------

  draw() {
    if (!this.data || this.plot.clientWidth === 0) return;
    if (!this.picture) {
      this.picture = new uPlot(this.options(), this.data, this.plot);
    } else if (this.zoomed) {
      this.picture.setData(this.data, false);
      this.picture.redraw();
    } else {
      this.picture.setData(this.data);
    }
  }

  fit() {
    const width = this.plot.clientWidth;
    if (this.picture && width > 0) this.picture.setSize({ width, height: this.height });
    else this.draw();
  }

  rebuild() {
    this.picture?.destroy();
    this.picture = null;
    this.draw();
  }

  switchScale() {
    this.log = !this.log;
    this.scale.setAttribute('aria-pressed', String(this.log));
    this.zoomed = false;
    show(this.unzoom, false);
    if (this.curves) {
      this.picture?.destroy();
      this.picture = null;
      this.update(this.curves);
    }
  }

  wholeAgain() {
    this.zoomed = false;
    show(this.unzoom, false);
    this.draw();
  }

  options() {
    const axis = {
      stroke: () => colour('ink-faint'),
      grid: { stroke: () => colour('grid'), width: 1 },
      ticks: { show: false },
      font: FONT,
    };
    const y = this.log ? { distr: 3 } : { range: (_, min, max) => this.range(min, max) };
    return {
      width: this.plot.clientWidth,
      height: this.height,
      legend: { show: false },
      scales: { x: { time: false }, y },
      series: [{}, ...this.lines.flatMap((line, i) => this.series(line, i))],
      bands: this.bands(),
      axes: [
        { ...axis, size: 34, values: (_, splits) => splits.map(v => (Number.isInteger(v) ? format.count(v) : '')) },
        { ...axis, size: 62, values: (_, splits) => splits.map(v => (v === null ? '' : v === 0 ? '0' : this.tick(v))) },
      ],
      cursor: {
        y: false,
        drag: { x: true, y: false },
        points: { size: 7 },
        sync: this.sync ? { key: this.sync, scales: ['x', null] } : undefined,
      },
      hooks: {
        setCursor: [u => this.pointed(u)],
        setSelect: [u => this.selected(u)],
      },
    };
  }

  range(min, max) {
    if (min === null) return [0, 1];
    const low = this.fromZero ? 0 : min;
    const high = this.robust ? Math.min(max, this.usual()) : max;
    const spare = (high - low || Math.abs(high) || 1) * 0.06;
    return [this.fromZero ? 0 : low - spare, high + spare];
  }

  /** Far above what most values of the highest line are. */
  usual() {
    const { top, mean } = this.curves.at(-1);
    const sorted = [...(top ?? mean)].sort((a, b) => a - b);
    return 2 * sorted[Math.floor(0.9 * (sorted.length - 1))];
  }

  series(line, i) {
    const main = {
      label: line.label,
      stroke: () => colour(line.colour),
      width: 1.5,
      dash: line.dash,
      spanGaps: true,
      fill: line.area ? () => faint(line.colour, 0.55) : undefined,
      points: line.dots
        ? { show: () => (this.curves[i]?.length ?? 0) <= MOST_DOTS, size: 6, fill: () => colour(line.colour) }
        : { show: u => u.data[0].length < 3, size: 6 },
    };
    const edge = { stroke: () => 'transparent', width: 0, points: { show: false }, spanGaps: true };
    return line.range ? [main, edge, edge] : [main];
  }

  /** Between the lowest and the highest; and between areas that stand on each other. */
  bands() {
    const bands = [];
    this.lines.forEach((line, i) => {
      const column = this.column(i);
      if (line.range) bands.push({ series: [column + 2, column + 1], fill: () => faint(line.colour, 0.18) });
      if (line.area && i > 0) bands.push({ series: [column, this.column(i - 1)] });
    });
    return bands;
  }

  pointed(u) {
    const { idx } = u.cursor;
    this.cursor = idx ?? undefined;
    this.tell(idx ?? null);
  }

  selected(u) {
    if (u.select.width > 0) {
      this.zoomed = true;
      show(this.unzoom, true);
    }
  }

  close() {
    this.observer.disconnect();
    this.forget();
    this.picture?.destroy();
  }
}
