// Before anything is drawn: the colours that were chosen here, or the system's.
'use strict';
try {
  const chosen = localStorage.getItem('yamabiko.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing shows the system's colours.
}
