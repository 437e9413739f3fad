// What is said once: to screen readers, and to all where something did not work.
import { el } from './dom.js';

const KEPT = 20;
const TOAST_MS = 8000;

/** For those who do not see it change. */
export function announce(text) {
  const log = document.getElementById('said');
  log.append(el('p', {}, text));
  while (log.children.length > KEPT) log.firstChild.remove();
}

/** For all, for a while; it can be closed. */
export function toast(text) {
  const box = el('div', { class: 'toast', role: 'alert' }, el('span', {}, text));
  box.append(el('button', { type: 'button', class: 'small', on: { click: () => box.remove() } }, 'Close'));
  document.body.append(box);
  setTimeout(() => box.remove(), TOAST_MS);
}
