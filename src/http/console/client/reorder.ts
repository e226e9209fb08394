import { PAGE_CHANGED } from '../../maps/map-data.ts';

const LIST = '[data-sortable]';

/**
 * Lists whose items can be dragged: the form is sent with the new order. Without a script, and with
 * the keyboard, its buttons move an item; the focus stays with the item.
 */
export function applyReordering(): void {
  let dragged: HTMLElement | null = null;
  let pressed: HTMLElement | null = null;
  let originalNext: Element | null = null;
  document.addEventListener('dragstart', ({ target, dataTransfer }) => {
    const item = target instanceof Element ? target.closest<HTMLElement>(`${LIST} > li`) : null;
    dragged = item?.draggable ? item : null;
    originalNext = dragged?.nextElementSibling ?? null;
    dragged?.classList.add('dragged');
    // Firefox drags nothing without data.
    if (dragged !== null) dataTransfer?.setData('text/plain', dragged.dataset['stop'] ?? '');
  });
  document.addEventListener('dragover', (event) => {
    const { target, clientY } = event;
    const over = target instanceof Element ? target : null;
    if (dragged === null || over?.closest(LIST) !== dragged.parentElement) return;
    // Also between two items.
    event.preventDefault();
    const item = over.closest(`${LIST} > li`);
    if (item === null) return;
    const { top, height } = item.getBoundingClientRect();
    if (clientY < top + height / 2) item.before(dragged);
    else item.after(dragged);
  });
  document.addEventListener('drop', (event) => {
    if (dragged !== null) event.preventDefault();
  });
  document.addEventListener('dragend', ({ dataTransfer }) => {
    const list = dragged?.parentElement;
    // Escape, or a drop beside the list: nothing moves.
    if (dragged !== null && dataTransfer?.dropEffect === 'none')
      list?.insertBefore(dragged, originalNext);
    const form = list?.closest('form');
    const order = form?.querySelector<HTMLInputElement>('input[name="order"]');
    dragged?.classList.remove('dragged');
    dragged = null;
    if (!(list && form && order)) return;
    const stops = [...list.querySelectorAll<HTMLElement>(':scope > li')];
    const newOrder = stops.map(({ dataset }) => dataset['stop'] ?? '').join(',');
    if (newOrder === order.value) return;
    order.value = newOrder;
    form.requestSubmit();
  });
  document.addEventListener('submit', ({ submitter }) => {
    pressed = submitter?.closest(LIST) ? submitter : null;
  });
  document.addEventListener(PAGE_CHANGED, () => {
    if (pressed === null) return;
    const item = document.getElementById(pressed.id)?.closest('li');
    const same = document.querySelector<HTMLButtonElement>(`#${CSS.escape(pressed.id)}:enabled`);
    (same ?? item?.querySelector<HTMLButtonElement>('.moves button:enabled'))?.focus();
    pressed = null;
  });
}
