// Logging in with a token, where the coordinator asks who one is.
import * as api from '../api.js';
import { el, panel, say, show } from '../dom.js';

/** @param done called once the coordinator knows who it is */
export function open(main, done) {
  const field = el('input', {
    type: 'password', id: 'token', required: true, autocomplete: 'current-password', spellcheck: 'false', 'aria-describedby': 'token-help token-error',
  });
  const problem = el('p', { id: 'token-error', class: 'problem', role: 'alert', hidden: true });
  const button = el('button', { type: 'submit', class: 'primary' }, 'Log in');
  const form = el('form', {},
    el('label', { for: 'token', class: 'label' }, 'Token'),
    el('p', { id: 'token-help', class: 'note' },
      'This coordinator asks who you are. Whoever runs it makes tokens with ', el('code', {}, 'yamabiko token'),
      '. The browser stays logged in for 12 hours, and does not keep the token.'),
    field, problem, el('div', { class: 'actions' }, button));
  main.append(el('h1', { tabindex: -1 }, 'Log in'), panel('Who are you?', { class: 'narrow' }, form));
  field.focus();

  let closed = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    show(problem, false);
    try {
      await api.logIn(field.value);
      if (!closed) done();
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      say(problem, e.detail);
      show(problem, true);
      field.select();
      field.focus();
    } finally {
      button.disabled = false;
    }
  });
  return { close: () => (closed = true) };
}
