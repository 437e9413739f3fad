// Strokes as a picture like those of handwritten digits in data sets.

/**
 * As MNIST's are: the strokes fill a box of 20 / 28 of the side, and their centre of mass lies in
 * the middle. The pen is as wide as it is there, however large one has drawn.
 */
const BOX = 20 / 28;
const PEN = 2.2 / 28;

/** What is smaller than this part of the side is not blown up to the whole: a dot stays one. */
const SMALLEST = 0.2;

/**
 * @param strokes lists of points [x, y] in units of the picture's pixels
 * @param isDark dark on light, instead of light on dark
 */
export function pictureOf(strokes, width, height, isDark) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const side = Math.min(width, height);
  const box = boundsOf(strokes);
  const scale = (side * (BOX - PEN)) / Math.max(box.size, side * SMALLEST);
  const map = ([x, y], shift) => [(x - box.x) * scale + width / 2 + shift.x, (y - box.y) * scale + height / 2 + shift.y];
  const draw = shift => paint(context, strokes.map(stroke => stroke.map(point => map(point, shift))), side * PEN);
  draw({ x: 0, y: 0 });
  draw(toTheMiddle(context, width, height));
  if (isDark) invert(context, width, height);
  return canvas;
}

function boundsOf(strokes) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of strokes.flat()) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { x: (left + right) / 2, y: (top + bottom) / 2, size: Math.max(right - left, bottom - top) };
}

/** White on black, as thick as the pen. */
export function paint(context, strokes, pen) {
  context.fillStyle = '#000';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.strokeStyle = '#fff';
  context.lineWidth = pen;
  context.lineCap = context.lineJoin = 'round';
  for (const [first, ...rest] of strokes) {
    context.beginPath();
    context.moveTo(...first);
    // A line of no length is a dot.
    for (const point of rest.length > 0 ? rest : [first]) context.lineTo(...point);
    context.stroke();
  }
}

function toTheMiddle(context, width, height) {
  const { data } = context.getImageData(0, 0, width, height);
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const ink = data[4 * i];
    mass += ink;
    x += ink * ((i % width) + 0.5);
    y += ink * (Math.floor(i / width) + 0.5);
  }
  // As far as the strokes stay in the picture.
  const most = (Math.min(width, height) * (1 - BOX)) / 2;
  const within = shift => Math.max(-most, Math.min(most, shift));
  return mass > 0 ? { x: within(width / 2 - x / mass), y: within(height / 2 - y / mass) } : { x: 0, y: 0 };
}

function invert(context, width, height) {
  context.globalCompositeOperation = 'difference';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = 'source-over';
}

/** Shows a picture as the model sees it: stretched to the canvas, on white where it is transparent, and grey by its luma. */
export function seenBy(canvas, picture, isGrey) {
  const { width, height } = canvas;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  if (!isGrey) return;
  const image = context.getImageData(0, 0, width, height);
  const { data } = image;
  for (let i = 0; i < data.length; i += 4) {
    data.fill(Math.floor((299 * data[i] + 587 * data[i + 1] + 114 * data[i + 2] + 500) / 1000), i, i + 3);
  }
  context.putImageData(image, 0, 0);
}

/** As a PNG, which keeps every pixel. */
export const blobOf = canvas => new Promise(done => canvas.toBlob(done, 'image/png'));
