// As whom the page is logged in, at its top. What this role would be refused is not shown: elements of
// the class "submits" are for whoever may submit, and what steers a job is for its owner.
import * as api from './api.js';
import { mark, say, show } from './dom.js';
import { toast } from './said.js';

const box = document.getElementById('who');

const RETRY_MS = 2000;

/** null until it is known: then the coordinator says what it refuses. */
let me = null;

/** While the coordinator is away. */
let again = null;

/** @param loggedOut called when nobody is any more */
export function start(loggedOut) {
  document.getElementById('log-out').addEventListener('click', async () => {
    try {
      await api.logOut();
      forget();
      loggedOut();
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      toast(`Log out: ${e.detail}`);
    }
  });
  ask();
}

/** Nothing is shown where nobody is asked, nor until it is known. */
export async function ask() {
  clearTimeout(again);
  try {
    me = await api.session();
    const { name, role, expires } = me;
    say(document.getElementById('who-name'), `${name}, ${role}`);
    show(box, expires !== null);
    document.documentElement.dataset.role = role;
    for (const element of document.querySelectorAll('[data-owner]')) show(element, steers(element.dataset.owner));
  } catch (e) {
    if (!(e instanceof api.Problem)) throw e;
    if (e.isRefusal) forget();
    else again = setTimeout(ask, RETRY_MS);
  }
}

/**
 * Marks an element as what steers a job, to be shown to whoever may.
 * @param owner null where nobody has been asked
 */
export function forOwner(element, owner) {
  mark(element, 'data-owner', owner ?? '');
  show(element, steers(owner));
}

/** Names are never empty. */
const steers = owner => me?.role !== 'submit' || owner === me.name;

export function forget() {
  clearTimeout(again);
  me = null;
  delete document.documentElement.dataset.role;
  show(box, false);
}
