// A job's events, over a connection that comes back by itself until the job has ended.
import * as api from './api.js';
import { report } from './connection.js';

const KINDS = ['status', 'step', 'epoch', 'rollback', 'notice', 'timing', 'end'];
const RETRY_MS = 2000;

/**
 * The browser reconnects with Last-Event-ID where a connection breaks. Where the coordinator has
 * refused one, as it does while another takes over, a new one asks for steps from `fromStep()` on.
 *
 * @param on by kind of event; what it gets is the event's data
 * @returns a function that ends it
 */
export function follow(id, fromStep, on) {
  const who = `events of ${id}`;
  let source = null;
  let timer = null;
  const close = () => {
    clearTimeout(timer);
    source?.close();
    report(who, null);
  };
  const open = () => {
    source = new EventSource(api.eventsUrl(id, fromStep()));
    source.onopen = () => report(who, null);
    source.onerror = () => {
      report(who, 'the events of this job have stopped');
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, event => {
        if (kind === 'end') close();
        on[kind]?.(JSON.parse(event.data));
      });
    }
  };
  open();
  return close;
}
