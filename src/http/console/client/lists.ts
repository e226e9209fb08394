import { PAGE_CHANGED } from '../../maps/map-data.ts';

/** Makes the box in a list's header select all rows, and shows how many are selected. */
export function setUpSelection(): void {
  const showSelection = () => {
    for (const form of document.querySelectorAll<HTMLFormElement>('form:has(.bulk)')) {
      const boxes = [...form.querySelectorAll<HTMLInputElement>('td.choose input')];
      const chosen = boxes.filter(({ checked }) => checked).length;
      const label = form.querySelector<HTMLElement>('[data-selected]');
      if (label) label.textContent = (label.dataset['selected'] ?? '').replace('{n}', `${chosen}`);
      const all = form.querySelector<HTMLInputElement>('th.choose input');
      if (all === null) continue;
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.matches('th.choose input')) {
      const boxes = target.form?.querySelectorAll<HTMLInputElement>('td.choose input') ?? [];
      for (const box of boxes) box.checked = target.checked;
    }
    if (target.matches('.choose input')) showSelection();
  });
  showSelection();
  document.addEventListener(PAGE_CHANGED, showSelection);
}

export const rows = () => [...document.querySelectorAll<HTMLElement>('[data-row]')];

export const linkOf = (row: Element) => row.querySelector<HTMLAnchorElement>('a[href]');

/** Index of the row with the focus; -1: none. */
export const focusedRow = () => rows().findIndex((row) => row.contains(document.activeElement));

/** Moves the focus to another row; from outside the list, to its first or last. */
export function moveBy(by: 1 | -1): void {
  const all = rows();
  const at = focusedRow();
  const row = all[at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by];
  if (row === undefined) return;
  linkOf(row)?.focus();
  row.scrollIntoView({ block: 'nearest' });
}

const panel = document.querySelector<HTMLElement>('#panel > div');
document.querySelector('#panel > button')?.addEventListener('click', closePanel);

/** Opens the preview of the row with the focus beside the list, or closes it. */
export async function preview(): Promise<void> {
  const row = rows()[focusedRow()];
  const link = row && linkOf(row);
  if (!link || !(row instanceof HTMLTableRowElement) || panel === null) return;
  if (panel.dataset['of'] === link.pathname) {
    closePanel();
    return;
  }
  panel.dataset['of'] = link.pathname;
  const answer = await fetch(`${link.pathname}/preview`);
  if (answer.ok && panel.dataset['of'] === link.pathname) panel.innerHTML = await answer.text();
}

/** Returns false if it was closed already; else the focus is in the previewed row again. */
export function closePanel(): boolean {
  if (panel === null || panel.childElementCount === 0) return false;
  const links = rows().map(linkOf);
  if (panel.parentElement?.contains(document.activeElement))
    links.find((link) => link?.pathname === panel.dataset['of'])?.focus();
  panel.replaceChildren();
  delete panel.dataset['of'];
  return true;
}
