import { show } from './in-place.ts';

const EVERY_MS = 2_000;

/** Keeps refreshing a page that waits for something elsewhere, such as a phone that enrols. */
export function applyWaits(): void {
  const look = async (): Promise<void> => {
    const isIdle = document.visibilityState === 'visible' && !document.body.ariaBusy;
    if (isIdle && document.querySelector('[data-waits]')) await show(location.href, 'try');
    setTimeout(() => void look(), EVERY_MS);
  };
  setTimeout(() => void look(), EVERY_MS);
}

/** Buttons that copy the text of a field; where the clipboard is closed, the text is selected. */
export function applyCopying(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLElement>('[data-copies]');
    if (!button) return;
    const field = document.querySelector<HTMLInputElement>(button.dataset['copies'] ?? '');
    field?.select();
    // Absent on pages without TLS.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    void clipboard?.writeText(field?.value ?? '').then(() => {
      button.textContent = button.dataset['copied'] ?? '';
    });
  });
}
