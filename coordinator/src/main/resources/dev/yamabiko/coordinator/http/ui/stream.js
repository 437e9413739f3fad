// A job's events, until it has ended or the connection breaks.
import * as api from './api.js';
import { report } from './connection.js';

const KINDS = ['status', 'step', 'epoch', 'rollback', 'notice', 'timing', 'end'];
const RETRY_MS = 2000;

/**
 * The browser does not reconnect: the coordinator keeps so many events only, so that whoever has
 * missed some reads first what has become of the job.
 *
 * @param fromStep the first that is not known yet
 * @param on by kind of event; what it gets is the event's data. And `any`, called with each
 * @param broken called a while after the connection has broken
 * @returns a function that ends it
 */
export function follow(id, fromStep, on, broken) {
  const who = `events of ${id}`;
  const source = new EventSource(api.eventsUrl(id, fromStep));
  let timer = null;
  const close = () => {
    clearTimeout(timer);
    source.close();
    report(who, null);
  };
  source.onerror = () => {
    source.close();
    report(who, 'the events of this job have stopped');
    timer = setTimeout(broken, RETRY_MS);
  };
  for (const kind of KINDS) {
    source.addEventListener(kind, event => {
      if (kind === 'end') close();
      on.any();
      on[kind](JSON.parse(event.data));
    });
  }
  return close;
}
