// As whom the page is logged in, at its top.
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
  } catch (e) {
    if (!(e instanceof api.Problem)) throw e;
    forget();
  }
}

export function forget() {
  show(box, false);
}
