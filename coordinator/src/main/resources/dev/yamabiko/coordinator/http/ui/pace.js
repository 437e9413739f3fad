// When things happen: drawing at most a few times a second, asking again and again, both only while
// somebody can see it.

const FRAME_MS = 250;

const visible = () => document.visibilityState === 'visible';

/** A function that asks for `draw` to be called soon; many calls make one. */
export function drawing(draw) {
  let timer = null;
  let last = 0;
  let closed = false;
  const run = () => {
    timer = null;
    if (closed || !visible()) return;
    last = performance.now();
    draw();
  };
  const ask = () => {
    if (timer === null && !closed) timer = setTimeout(run, Math.max(0, FRAME_MS - (performance.now() - last)));
  };
  document.addEventListener('visibilitychange', ask);
  ask.close = () => {
    closed = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', ask);
  };
  return ask;
}

/**
 * Calls `ask` now and `seconds` after each answer, until the returned function is called. A hidden
 * page asks nothing, and catches up when it is shown.
 */
export function repeating(seconds, ask) {
  let timer = null;
  let busy = false;
  let closed = false;
  const run = async () => {
    if (busy || closed) return;
    clearTimeout(timer);
    busy = true;
    try {
      await ask();
    } finally {
      busy = false;
      if (!closed && visible()) timer = setTimeout(run, 1000 * seconds);
    }
  };
  const shown = () => visible() && run();
  document.addEventListener('visibilitychange', shown);
  run();
  return () => {
    closed = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', shown);
  };
}
