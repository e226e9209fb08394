import { openAssignMenu } from './board.ts';
import { closePanel, focusedRow, moveBy, preview, rows } from './lists.ts';
import { openPalette } from './palette.ts';

// Keyboard shortcuts. The focus is on a row's link, so Enter needs no handling here.

const KEYS_OFF = 'waybill-keys-off';
const help = document.querySelector<HTMLDialogElement>('#keys');
const keysOn = document.querySelector<HTMLInputElement>('#keys-on');

const isTyping = (at: EventTarget | null) =>
  at instanceof HTMLElement &&
  at.matches('input:not([type="checkbox"]), select, textarea, [contenteditable]');

function areKeysOff(): boolean {
  try {
    return localStorage.getItem(KEYS_OFF) !== null;
  } catch {
    return false;
  }
}

function storeKeysOff(isOff: boolean): void {
  try {
    if (isOff) localStorage.setItem(KEYS_OFF, '1');
    else localStorage.removeItem(KEYS_OFF);
  } catch {
    // Without storage, the setting applies to this page only.
  }
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => moveBy(1),
  k: () => moveBy(-1),
  x: () => rows()[focusedRow()]?.querySelector<HTMLInputElement>('td.choose input')?.click(),
  a: openAssignMenu,
  ' ': () => void preview(),
  '/': () => document.querySelector<HTMLInputElement>('#q')?.select(),
  '?': () => help?.showModal(),
};

if (keysOn !== null) {
  keysOn.checked = !areKeysOff();
  keysOn.addEventListener('change', () => storeKeysOff(!keysOn.checked));
}

document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if (event.isComposing) return;
  if (key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === 'Escape') {
    if (target instanceof HTMLElement && target.id === 'q') target.blur();
    if (closeMenus() || closePanel()) event.preventDefault();
    return;
  }
  if (isTyping(target) || document.querySelector('dialog[open]')) return;
  // Arrow keys scroll the page unless the focus is in the list.
  if ((key === 'ArrowDown' || key === 'ArrowUp') && focusedRow() !== -1) {
    event.preventDefault();
    moveBy(key === 'ArrowDown' ? 1 : -1);
    return;
  }
  const isButton = target instanceof HTMLElement && target.matches('button, summary, input');
  const act = Object.hasOwn(ACTIONS, key) ? ACTIONS[key] : undefined;
  if (act === undefined || keysOn?.checked === false || (key === ' ' && isButton)) return;
  if (key === ' ' && focusedRow() === -1) return;
  event.preventDefault();
  act();
});

/** Closes all open menus but those that contain `except`; returns whether one was closed. */
function closeMenus(except: Element | null = null): boolean {
  const open = [...document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')];
  const closing = open.filter((menu) => except === null || !menu.contains(except));
  for (const menu of closing) menu.open = false;
  return closing.length > 0;
}

document.addEventListener('click', ({ target }) => {
  if (target instanceof Element) closeMenus(target);
});

// A sheet that opens below the end of a column is scrolled to.
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    target.querySelector('.delivery .sheet')?.scrollIntoView({ block: 'nearest' });
  },
  true,
);
