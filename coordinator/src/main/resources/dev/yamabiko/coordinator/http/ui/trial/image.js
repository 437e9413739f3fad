// A picture for a model: from a file or, where it takes small grey ones, drawn by hand.
import { el, say, show } from '../dom.js';
import { decoded, known, TYPES } from './file.js';
import { Pad } from './pad.js';
import { blobOf, pictureOf, seenBy } from './picture.js';

/** What is larger nobody draws with a few strokes. */
const LARGEST_DRAWN = 64;

export class ImageForm {
  constructor({ shape, resized }, asking) {
    [this.channels, this.height, this.width] = shape;
    this.resized = resized;
    this.asking = asking;
    /** Goes up with each picture: decoding the one before may take longer. */
    this.turn = 0;
    this.seen = el('canvas', { class: 'seen', width: this.width, height: this.height, role: 'img', 'aria-label': 'What the model sees' });
    this.about = el('p', { class: 'note' });
    this.figure = el('div', { class: 'seen-box', hidden: true }, this.seen, this.about);
    const file = el('input', { type: 'file', id: 'trial-file', accept: TYPES.join(','), class: 'file' });
    file.addEventListener('change', async () => {
      await this.take(file.files[0]);
      // The same file, chosen again after it was edited, is a change as well.
      file.value = '';
    });
    const files = el('div', { class: 'trial-form' },
      el('div', { class: 'drop' },
        el('p', {}, `${this.isDrawn ? 'Or drop' : 'Drop'} a picture here; the model sees it at ${this.size}.`),
        el('div', { class: 'actions' }, el('label', { for: 'trial-file', class: 'button' }, 'Choose a picture …'), file)),
      this.figure);
    /** What one draws on is shown beside what the model says of it, and the rest below. */
    this.element = this.isDrawn ? this.drawing() : files;
    this.more = this.isDrawn ? files : null;
    for (const part of new Set([this.element, files])) {
      part.addEventListener('dragover', event => event.preventDefault());
      part.addEventListener('drop', event => this.drop(event));
    }
  }

  get size() {
    return times(this.width, this.height);
  }

  get isDrawn() {
    return this.channels === 1 && Math.max(this.width, this.height) <= LARGEST_DRAWN;
  }

  drawing() {
    this.pad = new Pad(this.width, this.height, () => this.drawn());
    const dark = el('input', { type: 'checkbox', id: 'trial-dark', on: { change: () => this.pad.turn(dark.checked) } });
    const clear = el('button', { type: 'button', on: { click: () => this.pad.clear() } }, 'Clear');
    return el('div', { class: 'trial-form' },
      el('p', { class: 'note' }, 'Draw something, as large as you like: it is centred and scaled like handwritten digits are in data sets.'),
      this.pad.element,
      el('div', { class: 'actions' }, clear, el('label', { for: 'trial-dark' }, dark, ' dark on light')));
  }

  drawn() {
    this.turn++;
    const { strokes, isDark } = this.pad;
    if (strokes.length === 0) {
      show(this.figure, false);
      this.asking.forget();
      return;
    }
    this.see(pictureOf(strokes, this.width, this.height, isDark), 'your drawing, as the model sees it');
    // Made only when it is asked: a pen moves more often.
    this.asking.ask(() => blobOf(this.seen));
  }

  drop(event) {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    this.take(event.dataTransfer.files[0]);
  }

  async take(file) {
    if (!file) return;
    this.pad?.clear();
    this.asking.forget();
    const turn = ++this.turn;
    const [picture, content] = await read(file);
    if (turn !== this.turn) return;
    if (!picture) {
      show(this.figure, false);
      this.asking.refuse(content
        ? `${file.name} cannot be decoded; is it whole?`
        : `${file.name}: expected a PNG, JPEG, GIF or BMP picture but found ${file.type || 'something else'}`);
      return;
    }
    const fits = picture.width === this.width && picture.height === this.height;
    const how = fits ? '' : this.resized ? `, stretched to ${this.size}` : `, stretched to ${this.size} here: the model was trained without stretching`;
    this.see(picture, `${file.name}, ${times(picture.width, picture.height)}${how}`);
    // The coordinator treats a file as training did; only what it would refuse is made to fit here.
    this.asking.ask(() => (fits || this.resized ? content : blobOf(this.seen)));
  }

  see(picture, about) {
    seenBy(this.seen, picture, this.channels === 1);
    say(this.about, about);
    show(this.figure, true);
  }
}

/** The file as a picture, null where it is none, and as what is asked, null where it is of another kind. */
async function read(file) {
  const content = await known(file).catch(() => null);
  const picture = content && (await decoded(content).catch(() => null));
  return [picture, content];
}

/** On one line. */
const times = (width, height) => `${width}\u00a0×\u00a0${height}`;
