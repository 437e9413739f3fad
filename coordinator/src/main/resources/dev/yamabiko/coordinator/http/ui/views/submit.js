// Submitting a job: written, pasted, opened or dropped.
import * as api from '../api.js';
import { el, panel, say, show } from '../dom.js';
import { announce, toast } from '../said.js';

export const title = 'Submit';

const EXAMPLE = `# Drawn digits, 10 classes, from a generator: needs no file.
name = digits
seed = 42

data {
  train      { builtin { name = digits, examples = 12000 } }
  validation { builtin { name = digits, examples = 2000, seed = 7 } }
}

model = [
  { conv2d { filters = 16, kernel = 3 } }, relu, { max-pool { size = 2 } },
  { conv2d { filters = 32, kernel = 3 } }, relu, { max-pool { size = 2 } },
  flatten,
  { dense { units = 10 } }
]
loss = softmax-cross-entropy
optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }

batch-size = 128
shards = 8
epochs = 5
`;

/** A job of another run, to begin with. */
let template = null;

export function submitLike(text) {
  template = text;
  location.hash = '#/submit';
}

export function open(main) {
  const area = el('textarea', {
    id: 'job', rows: 22, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', 'aria-describedby': 'job-help job-error',
  });
  const problem = el('p', { id: 'job-error', class: 'problem', role: 'alert', hidden: true });
  const file = el('input', { type: 'file', id: 'job-file', accept: '.conf,.hocon,.json,text/plain', class: 'file' });
  const button = el('button', { type: 'submit', class: 'primary' }, 'Submit');
  const example = el('button', { type: 'button' }, 'Use an example');
  const form = el('form', {},
    el('label', { for: 'job', class: 'label' }, 'Job file'),
    el('p', { id: 'job-help', class: 'note' },
      'HOCON or JSON. Its data are built-in, uploads as ', el('code', {}, 'sha256:…'), ', or below the coordinator’s data roots; ',
      el('code', {}, 'yamabiko submit'), ' uploads what a job names.'),
    area, problem,
    el('div', { class: 'actions' }, button, example, el('label', { for: 'job-file', class: 'button' }, 'Open a file …'), file));
  main.append(el('h1', { tabindex: -1 }, 'Submit a job'), panel('Job', { class: 'narrow' }, form));

  const put = text => {
    area.value = text;
    show(problem, false);
    area.focus();
    area.setSelectionRange(0, 0);
  };
  if (template !== null) put(template);
  template = null;

  const load = async chosen => {
    try {
      if (chosen) put(await chosen.text());
    } catch {
      toast(`${chosen.name} cannot be read`);
    }
  };
  file.addEventListener('change', async () => {
    await load(file.files[0]);
    // The same file, chosen again after it was edited, is a change as well.
    file.value = '';
  });
  example.addEventListener('click', () => put(EXAMPLE));
  area.addEventListener('dragover', event => event.preventDefault());
  area.addEventListener('drop', event => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    load(event.dataTransfer.files[0]);
  });

  let closed = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    say(button, 'The coordinator reads its data …');
    show(problem, false);
    try {
      const { id } = await api.submit(area.value);
      if (closed) {
        toast(`Submitted as ${id}`);
        return;
      }
      announce(`submitted as ${id}`);
      location.hash = `#/jobs/${encodeURIComponent(id)}`;
    } catch (e) {
      if (!(e instanceof api.Problem)) throw e;
      if (closed) {
        toast(`Submit: ${e.detail}`);
        return;
      }
      say(problem, e.detail);
      show(problem, true);
      selectLine(area, e.detail);
    } finally {
      button.disabled = false;
      say(button, 'Submit');
    }
  });
  return { close: () => (closed = true) };
}

/** "job:5: epoks: unknown key" is about the fifth line. */
function selectLine(area, detail) {
  const line = /^job:(\d+)/.exec(detail)?.[1];
  if (!line) return;
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}
