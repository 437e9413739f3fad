// Light or dark, as the system has it or as was chosen here. Runs before anything is drawn.
'use strict';
{
  const KEY = 'yamabiko.theme';
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let chosen = 'auto';
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'light' || kept === 'dark') chosen = kept;
  } catch {
    // A browser that keeps nothing shows the system's colours.
  }

  const apply = () => {
    const isDark = chosen === 'dark' || (chosen !== 'light' && dark.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  };

  const choose = event => {
    chosen = event.target.value;
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // It holds as long as the page is open, then.
    }
    apply();
  };

  apply();
  dark.addEventListener('change', apply);
  document.addEventListener('DOMContentLoaded', () => {
    const select = document.getElementById('theme');
    select.value = chosen;
    select.addEventListener('change', choose);
  });
}
