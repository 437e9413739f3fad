// Whether the coordinator answers, said once for all that ask it.
import { Problem } from './api.js';
import { say, show } from './dom.js';

const RETRY_MS = 2000;

const lost = new Map();

/** @param why null once it answers again */
export function report(who, why) {
  if (why === null ? lost.delete(who) : lost.get(who) !== why) {
    if (why !== null) lost.set(who, why);
    draw();
  }
}

/** The same of a request that has failed; anything but a Problem is a fault of the page. */
export function reportFailure(who, e) {
  if (!(e instanceof Problem)) throw e;
  report(who, e.detail);
}

/** Another view is shown, which asks for itself. */
export function forgetAll() {
  lost.clear();
  draw();
}

/**
 * Asks until the coordinator answers, and says meanwhile that it does not; what it refuses is thrown.
 *
 * @param part of the page for which it is: nothing is asked or said once it is closed
 */
export async function untilAnswered(who, part, ask) {
  while (!part.closed) {
    try {
      await ask();
      if (!part.closed) report(who, null);
      return;
    } catch (e) {
      if (part.closed) return;
      if (e.isRefusal) throw e;
      reportFailure(who, e);
    }
    await new Promise(done => setTimeout(done, RETRY_MS));
  }
}

function draw() {
  const banner = document.getElementById('connection');
  const why = [...lost.values()][0];
  say(banner, why ? `Connection lost, trying again: ${why}` : '');
  show(banner, lost.size > 0);
}
