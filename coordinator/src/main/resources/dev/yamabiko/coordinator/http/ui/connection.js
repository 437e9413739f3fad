// Whether the coordinator answers, said once for all that ask it.
import { Problem } from './api.js';
import { say, show } from './dom.js';

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

function draw() {
  const banner = document.getElementById('connection');
  const why = [...lost.values()][0];
  say(banner, why ? `Connection lost, trying again: ${why}` : '');
  show(banner, lost.size > 0);
}
