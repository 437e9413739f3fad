// The coordinator's API, as docs/http.md describes it. What it refuses comes as a Problem.

export const API = new URL('../api/v1/', import.meta.url);

export class Problem extends Error {
  /**
   * @param status 0 where no answer came
   * @param detail one sentence for people, as the API says it
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
    this.detail = detail;
  }

  /** Asking again would bring the same; else the coordinator may only be away. */
  get isRefusal() {
    return this.status >= 400 && this.status < 500;
  }
}

let unknown = () => {};

/** How often somebody has logged in: what was asked before is answered to nobody. */
let logIns = 0;

/** @param then called whenever the coordinator does not know who asks */
export const whenUnknown = then => (unknown = then);

/** More than the coordinator takes for an answer, except to a job whose data it reads. */
const ANSWER_MS = 40_000;
const SUBMISSION_MS = 660_000;
const PREDICTION_MS = 70_000;

/**
 * @param read what becomes of the response, whose body may break off as well
 * @param signal by which whoever asks gives it up, and then ignores what comes of it
 */
async function send(path, read, { wait = ANSWER_MS, signal = null, ...options } = {}) {
  const end = new AbortController();
  const before = logIns;
  const abort = () => end.abort();
  const late = setTimeout(abort, wait);
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    const response = await fetch(new URL(path, API), { cache: 'no-cache', signal: end.signal, ...options });
    if (!response.ok) throw await problem(response);
    return await read(response);
  } catch (e) {
    if (!(e instanceof Problem)) throw new Problem(0, 'the coordinator cannot be reached');
    if (e.status === 401 && before === logIns) unknown();
    throw e;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
  }
}

async function problem(response) {
  try {
    const { detail } = await response.json();
    if (typeof detail === 'string') return new Problem(response.status, detail);
  } catch {
    // No problem in the standard's form: something between here and there has answered.
  }
  return new Problem(response.status, `unexpected answer ${response.status} ${response.statusText}`.trim());
}

const json = response => response.json();

export const get = path => send(path, json);
export const text = path => send(path, response => response.text());
export const post = (path, options) => send(path, json, { method: 'POST', ...options });

/** Null where the route, or what it shows, is not there. */
export async function orNull(answer) {
  try {
    return await answer;
  } catch (e) {
    if (e instanceof Problem && (e.status === 404 || e.status === 409)) return null;
    throw e;
  }
}

/** The same where a model cannot be read: that is for the coordinator's log, and the rest of the page is of use without it. */
export async function refusedAsNull(answer) {
  try {
    return await orNull(answer);
  } catch (e) {
    if (e instanceof Problem && e.status === 507) return null;
    throw e;
  }
}

export const session = () => get('session');
export async function logIn(token) {
  const session = await post('session', { body: JSON.stringify({ token }), headers: { 'Content-Type': 'application/json' } });
  logIns += 1;
  return session;
}
export const logOut = () => send('session', () => null, { method: 'DELETE' });

const of = (id, what) => `jobs/${encodeURIComponent(id)}${what}`;

export const jobs = (limit, before) =>
  get(`jobs?limit=${limit}${before ? `&before=${encodeURIComponent(before)}` : ''}`);
export const job = id => get(of(id, ''));
export const workers = () => get('workers');
export const series = (id, points) => get(of(id, `/series?points=${points}`));
export const timeline = id => get(of(id, '/timeline'));
export const notices = id => get(of(id, '/notices'));
export const layers = id => get(of(id, '/layers'));
export const inputs = id => get(of(id, '/inputs'));
/**
 * @param body an object, or an image
 * @param signal gives it up
 */
export const predict = (id, body, signal) => post(of(id, '/predict'), {
  body: body instanceof Blob ? body : JSON.stringify(body),
  headers: { 'Content-Type': body instanceof Blob ? body.type : 'application/json' },
  wait: PREDICTION_MS,
  signal,
});
export const file = id => text(of(id, '/file'));
export const submit = body => post('jobs', { body, headers: { 'Content-Type': 'application/hocon' }, wait: SUBMISSION_MS });
export const cancel = id => post(of(id, '/cancel'));
export const resume = id => post(of(id, '/resume'));
export const modelUrl = (id, format) => new URL(of(id, `/model?format=${format}`), API).href;
export const eventsUrl = (id, fromStep) => new URL(of(id, `/events?from_step=${fromStep}`), API).href;
