import { PAGE_CHANGED } from '../../maps/map-data.ts';

// The dispatcher's board: a delivery that is dragged to a courier is assigned. Its menu does the
// same without dragging.

let dragged: HTMLElement | null = null;

const targetOf = ({ target }: Event): HTMLElement | null => {
  const found =
    target instanceof Element ? target.closest<HTMLElement>('[data-drop-courier]') : null;
  return found !== null && acceptsDragged(found) ? found : null;
};

/**
 * Whether what is dragged can be dropped here: on another courier of its merchant, or on nobody.
 */
function acceptsDragged(target: HTMLElement): boolean {
  const source = dragged?.closest<HTMLElement>('[data-drop-courier]');
  if (dragged === null || source === target) return false;
  return target.dataset['of'] === undefined || target.dataset['of'] === dragged.dataset['of'];
}

function markTarget(target: HTMLElement | null): void {
  for (const each of document.querySelectorAll('.drop-here')) {
    if (each !== target) each.classList.remove('drop-here');
  }
  target?.classList.add('drop-here');
}

function endDragging(): void {
  markTarget(null);
  dragged?.classList.remove('dragged');
  dragged = null;
}

/** Sends the form of a card as the button of that courier would. */
function assign(card: HTMLElement, courier: string): void {
  const form = card.querySelector<HTMLFormElement>('form.assign');
  const button = document.createElement('button');
  Object.assign(button, { name: 'courier', value: courier, hidden: true });
  form?.append(button);
  form?.requestSubmit(button);
  button.remove();
}

export function applyBoard(): void {
  document.addEventListener('dragstart', (event) => {
    const { target, dataTransfer } = event;
    const card =
      target instanceof Element ? target.closest<HTMLElement>('.delivery[draggable]') : null;
    if (card === null || dataTransfer === null) return;
    dragged = card;
    dataTransfer.effectAllowed = 'move';
    dataTransfer.setData('text/plain', card.querySelector('a')?.textContent ?? '');
    card.classList.add('dragged');
  });
  document.addEventListener('dragover', (event) => {
    const target = targetOf(event);
    if (target !== null) event.preventDefault();
    markTarget(target);
  });
  document.addEventListener('drop', (event) => {
    const target = targetOf(event);
    if (target === null || dragged === null) return;
    event.preventDefault();
    assign(dragged, target.dataset['dropCourier'] ?? '');
    endDragging();
  });
  document.addEventListener('dragend', endDragging);
  // A card that is still on the page goes on being dragged.
  document.addEventListener(PAGE_CHANGED, () => {
    if (dragged?.isConnected !== true) endDragging();
  });
}

/** Opens the menu of the card with the focus, at its first courier. */
export function openAssignMenu(): void {
  const menu = document.activeElement
    ?.closest('.delivery')
    ?.querySelector<HTMLDetailsElement>('.menu');
  if (!menu) return;
  menu.open = true;
  menu.querySelector<HTMLElement>('button, a')?.focus();
}
