// Colours of the style sheet, for what is drawn on canvases.

const ROOT = document.documentElement;

/** Of a custom property of the style sheet, as it is now. */
export const colour = name => getComputedStyle(ROOT).getPropertyValue(`--${name}`).trim();

/** The same, more or less transparent; the style sheet writes colours as #rrggbb. */
export const faint = (name, alpha) =>
  colour(name) + Math.round(255 * alpha).toString(16).padStart(2, '0');

const listeners = new Set();

/** Calls it when light becomes dark, or dark light. */
export function onRecolour(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

new MutationObserver(() => listeners.forEach(listener => listener()))
  .observe(ROOT, { attributes: true, attributeFilter: ['data-theme'] });
