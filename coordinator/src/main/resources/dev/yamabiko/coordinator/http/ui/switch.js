// Light, dark, or as the system has it; remembered in this browser.

export function switchTheme(select) {
  select.value = document.documentElement.dataset.theme ?? 'auto';
  select.addEventListener('change', () => {
    if (select.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = select.value;
    try {
      localStorage.setItem('yamabiko.theme', select.value);
    } catch {
      // It holds as long as the page is open, then.
    }
  });
}
