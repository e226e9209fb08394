const TYPED_MS = 120;
const palette = document.querySelector<HTMLDialogElement>('#palette');
const field = palette?.querySelector('input') ?? null;
const results = palette?.querySelector<HTMLElement>('.results') ?? null;

let latestQuery = 0;

async function find(): Promise<void> {
  if (field === null || results === null) return;
  latestQuery += 1;
  const ownQuery = latestQuery;
  const answer = await fetch(`/console/palette?q=${encodeURIComponent(field.value)}`);
  if (ownQuery !== latestQuery || !answer.ok) return;
  results.innerHTML = await answer.text();
  select(0);
}

const links = () => [...(results?.querySelectorAll('a') ?? [])];
const selected = () => links().findIndex((each) => each.ariaSelected === 'true');

function select(index: number): void {
  const all = links();
  if (all.length === 0) return;
  const at = (index + all.length) % all.length;
  for (const [each, link] of all.entries()) link.ariaSelected = String(each === at);
  all[at]?.scrollIntoView({ block: 'nearest' });
  field?.setAttribute('aria-activedescendant', all[at]?.id ?? '');
}

/** Opens the palette: numbers, orders, recipients, pages and actions. */
export function openPalette(): void {
  if (palette === null || palette.open) return;
  palette.showModal();
  field?.select();
  void find();
}

let timer = 0;
field?.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(() => void find(), TYPED_MS);
});
field?.addEventListener('keydown', (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by !== undefined) {
    event.preventDefault();
    select(selected() + by);
  }
  if (event.key !== 'Enter') return;
  event.preventDefault();
  links()[Math.max(0, selected())]?.click();
});
palette?.addEventListener('click', ({ target }) => {
  if (target === palette) palette.close();
});
