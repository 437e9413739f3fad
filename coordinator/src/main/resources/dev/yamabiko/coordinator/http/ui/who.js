// As whom the page is logged in, at its top. What this role would be refused is not shown: elements of
// the class "submits" are for whoever may submit.
import * as api from './api.js';
import { say, show } from './dom.js';
import { toast } from './said.js';

const box = document.getElementById('who');

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
  try {
    const { name, role, expires } = await api.session();
    say(document.getElementById('who-name'), `${name}, ${role}`);
    show(box, expires !== null);
    document.documentElement.dataset.role = role;
  } catch (e) {
    if (!(e instanceof api.Problem)) throw e;
    forget();
  }
}

export function forget() {
  delete document.documentElement.dataset.role;
  show(box, false);
}
