// Which view is shown: by the part of the address behind #, so that every view can be linked to.
import * as compare from './views/compare.js';
import * as job from './views/job.js';
import * as login from './views/login.js';
import * as overview from './views/overview.js';
import * as submit from './views/submit.js';
import * as api from './api.js';
import { forgetAll } from './connection.js';
import { el } from './dom.js';
import * as who from './who.js';

const VIEWS = { '': overview, jobs: job, compare, submit };

const main = document.getElementById('main');
let shown = null;
let isLogin = false;

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

function clear() {
  shown?.close();
  forgetAll();
  main.replaceChildren();
  shown = null;
  isLogin = false;
}

/** In place of the view that has asked for what only somebody may have; it comes back then. */
function logIn() {
  if (isLogin) return;
  clear();
  who.forget();
  isLogin = true;
  document.title = 'Log in – Yamabiko';
  shown = login.open(main, () => {
    open(true);
    who.ask();
  });
}

function open(event) {
  const { view, name, rest } = route();
  clear();
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
api.whenUnknown(logIn);
open();
who.start(logIn);
