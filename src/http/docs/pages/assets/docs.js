// The language of the samples, remembered from page to page.
const LANGUAGE = 'waybill-docs-language';
for (const choice of document.querySelectorAll('.languages input')) {
  if (choice.value === remembered()) choice.checked = true;
  choice.addEventListener('change', () => remember(choice.value));
}

// A browser may refuse to store anything.
function remembered() {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch {
    return null;
  }
}

function remember(language) {
  try {
    localStorage.setItem(LANGUAGE, language);
  } catch {}
}

// A button on each sample copies it; of several languages, the one shown.
const copying = document.createElement('span');
copying.className = 'unseen';
copying.role = 'status';
document.body.append(copying);
for (const sample of document.querySelectorAll(
  '.docs main .samples, .docs main pre:not(.samples pre)',
)) {
  const frame = document.createElement('div');
  frame.className = 'copyable';
  sample.replaceWith(frame);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', () => void copy(sample, button));
  frame.append(sample, button);
}

async function copy(sample, button) {
  const shown = [sample, ...sample.querySelectorAll('pre')].findLast(
    (each) => each.tagName === 'PRE' && each.checkVisibility(),
  );
  try {
    await navigator.clipboard.writeText(shown.textContent.trimEnd());
  } catch {
    // The clipboard is closed on pages without TLS: the sample is selected, to be copied by hand.
    getSelection()?.selectAllChildren(shown);
    return;
  }
  button.textContent = 'Copied';
  copying.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = 'Copy';
    copying.textContent = '';
  }, 2000);
}

// As in the console, Ctrl-K searches.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  document.querySelector('.top input[type=search]').select();
});

// Sends the example requests from the page. The key stays in this page's memory, and no cookie is
// sent: a request that works here works anywhere with this key.
let key = '';

for (const form of document.querySelectorAll('form.try')) {
  form.hidden = false;
  const keyField = form.querySelector('[name="key"]');
  keyField?.addEventListener('change', () => {
    key = keyField.value.trim();
    for (const other of document.querySelectorAll('form.try [name="key"]')) other.value = key;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
}

async function send(form) {
  const out = form.querySelector('output');
  const { method, path } = form.dataset;
  const url = new URL(`/v1${path}`, location.origin);
  const fields = new FormData(form);
  for (const [name, value] of fields) {
    if (name.startsWith('path.')) {
      url.pathname = url.pathname.replace(
        encodeURI(`{${name.slice(5)}}`),
        encodeURIComponent(value.trim()),
      );
    } else if (name.startsWith('query.') && value !== '') {
      url.searchParams.set(name.slice(6), value);
    }
  }
  const headers = {};
  if (key !== '') headers.authorization = `Bearer ${key}`;
  const body = fields.get('body');
  if (body !== null) headers['content-type'] = 'application/json';
  out.textContent = 'Sending …';
  try {
    const answer = await fetch(url, {
      method,
      headers,
      credentials: 'omit',
      ...(body === null ? {} : { body }),
    });
    const text = await answer.text();
    out.textContent = `${answer.status} ${answer.statusText}\n\n${pretty(text)}`;
  } catch (error) {
    out.textContent = `There was no answer: ${error.message}`;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// The contents are longer than many windows.
document.querySelector('.nav [aria-current]')?.scrollIntoView({ block: 'nearest' });
