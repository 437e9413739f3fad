// Elements, made without a line of HTML: all text goes in as text, wherever it comes from.

/**
 * el('a', { class: 'x', href: '#/' }, 'text', child, ...): attributes by name, `on` for listeners,
 * false and null leave an attribute or a child out.
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Changes what an element says; touches nothing where it says so already. */
export function say(element, text) {
  const wanted = text ?? '';
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** The same for an attribute; null removes it. */
export function mark(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** Puts it on the page, or takes it off. */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

let panels = 0;

/** A part of the page with a heading of its own. */
export function panel(title, attributes = {}, ...children) {
  const id = `panel-${++panels}`;
  const { level = 2, actions = null, ...rest } = attributes;
  const heading = el(`h${level}`, { id }, title);
  const head = el('div', { class: 'panel-head' }, heading, actions);
  return el('section', { ...rest, class: `panel ${rest.class ?? ''}`.trim(), 'aria-labelledby': id }, head, ...children);
}

/** A command to copy. */
export function command(text) {
  const button = el('button', { type: 'button', class: 'small', 'aria-label': `Copy: ${text}` }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(button, 'Copied');
    } catch {
      say(button, 'Not allowed');
    }
    setTimeout(() => say(button, 'Copy'), 1500);
  });
  // Browsers have a clipboard for pages only on loopback and over TLS.
  return el('div', { class: 'command' }, el('code', { tabindex: 0 }, text), navigator.clipboard ? button : null);
}

/** A moment, as people say it, with the exact time behind it. */
export function moment(iso, text) {
  return el('time', { datetime: iso, title: new Date(iso).toLocaleString() }, text);
}
