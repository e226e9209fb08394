// The search of the published docs: the hub's own, run by the browser over a list of all entries.
import { searchDocs } from '../../src/http/docs/pages/search.ts';

const query = new URLSearchParams(location.search).get('q')?.trim() ?? '';
const field = document.querySelector('.top input[type=search]');
field.value = query;
if (query !== '') void show();

async function show() {
  const entries = await (await fetch('entries.json')).json();
  const hits = searchDocs(entries, query);
  const [title, said] = document.querySelectorAll('#main > h1, #main > p');
  said.textContent =
    hits.length === 0
      ? 'Nothing contains all of these words. Try fewer, or the name of a member or an error.'
      : `${hits.length === 1 ? 'One result' : `${hits.length} results`}, best first`;
  const list = document.createElement('ol');
  list.className = 'hits';
  list.append(...hits.map(itemOf));
  document.querySelector('#main > .hits')?.remove();
  title.parentElement.append(list);
}

function itemOf({ href, title, where, excerpt }) {
  const item = document.createElement('li');
  const link = Object.assign(document.createElement('a'), { href });
  link.append(...marked(title));
  const place = Object.assign(document.createElement('p'), {
    className: 'dim',
    textContent: where,
  });
  const text = document.createElement('p');
  text.append(...marked(excerpt));
  item.append(link, place, text);
  return item;
}

function marked(pieces) {
  return pieces.map((piece, index) =>
    index % 2 === 1 ? Object.assign(document.createElement('mark'), { textContent: piece }) : piece,
  );
}
