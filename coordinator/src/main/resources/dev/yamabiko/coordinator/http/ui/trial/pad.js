// A pad to draw on, by mouse, pen or finger.
import { el } from '../dom.js';
import { paint } from './picture.js';

const SIDE = 280;

export class Pad {
  /**
   * @param width in the units of its strokes, as is the height
   * @param changed called with every move
   */
  constructor(width, height, changed) {
    this.unit = SIDE / Math.max(width, height);
    this.changed = changed;
    this.strokes = [];
    this.isDark = false;
    this.element = el('canvas', {
      class: 'pad', width: Math.round(width * this.unit), height: Math.round(height * this.unit), role: 'img',
      'aria-label': 'A pad to draw on with mouse, pen or finger; with the keyboard, choose a picture instead',
    });
    this.context = this.element.getContext('2d');
    this.element.addEventListener('pointerdown', event => this.begin(event));
    this.element.addEventListener('pointermove', event => this.move(event));
    for (const end of ['pointerup', 'pointercancel']) this.element.addEventListener(end, event => this.end(event));
    this.paint();
  }

  begin(event) {
    if (event.button !== 0 || this.pointer !== undefined) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.element.setPointerCapture(event.pointerId);
    this.strokes.push([this.at(event)]);
    this.draw();
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    // A browser bundles the moves between two frames.
    const moves = event.getCoalescedEvents?.() ?? [];
    this.strokes.at(-1).push(...(moves.length > 0 ? moves : [event]).map(each => this.at(each)));
    this.draw();
  }

  end(event) {
    if (event.pointerId === this.pointer) this.pointer = undefined;
  }

  /** The pad may be shown smaller than it is. */
  at(event) {
    const shown = this.element.getBoundingClientRect();
    return [
      ((event.clientX - shown.left) / shown.width) * (this.element.width / this.unit),
      ((event.clientY - shown.top) / shown.height) * (this.element.height / this.unit),
    ];
  }

  draw() {
    this.paint();
    this.changed();
  }

  paint() {
    paint(this.context, this.strokes.map(stroke => stroke.map(([x, y]) => [x * this.unit, y * this.unit])), SIDE / 16);
  }

  turn(isDark) {
    this.isDark = isDark;
    this.element.toggleAttribute('data-dark', isDark);
    if (this.strokes.length > 0) this.changed();
  }

  clear() {
    this.strokes = [];
    this.pointer = undefined;
    this.draw();
  }
}
