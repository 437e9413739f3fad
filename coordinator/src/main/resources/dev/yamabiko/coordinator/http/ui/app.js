// Which view is shown: by the part of the address behind #, so that every view can be linked to.
import * as compare from './views/compare.js';
import * as job from './views/job.js';
import * as overview from './views/overview.js';
import * as submit from './views/submit.js';
import { forgetAll } from './connection.js';
import { el } from './dom.js';

const VIEWS = { '': overview, jobs: job, compare, submit };

const main = document.getElementById('main');
let shown = null;

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  const parts = rest.filter(Boolean).map(plain);
  const isThere = Object.hasOwn(VIEWS, name) && (name !== 'jobs' || parts.length > 0);
  return { view: isThere ? VIEWS[name] : null, name: name || 'overview', rest: parts };
}

function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function open(event) {
  const { view, name, rest } = route();
  shown?.close();
  forgetAll();
  main.replaceChildren();
  shown = null;
  if (view) {
    document.title = `${rest[0] ?? view.title} – Yamabiko`;
    shown = view.open(main, rest);
  } else {
    document.title = 'Yamabiko';
    main.append(el('h1', { tabindex: -1 }, 'There is nothing here'), el('p', {}, el('a', { href: '#/' }, 'To the overview')));
  }
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  // After a click, not when the page has just been opened, where a reader begins at its top.
  if (event) {
    scrollTo(0, 0);
    main.querySelector('h1')?.focus({ preventScroll: true });
  }
}

document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', open);
open();
