import { PAGE_CHANGED } from '../../maps/map-data.ts';
import { show } from './in-place.ts';

const SHOWN_MS = 7_000;
const REFRESH_EVERY_MS = 2_000;

/**
 * Keeps refreshing a page that waits for something elsewhere, such as a phone that enrols. What
 * waits may name the page with its result.
 */
export function applyWaits(): void {
  const refreshIfWaiting = async (): Promise<void> => {
    const isIdle = document.visibilityState === 'visible' && !document.body.ariaBusy;
    const waiting = isIdle && document.querySelector<HTMLElement>('[data-waits]');
    if (waiting) await show(waiting.dataset['waits'] || location.href, 'try');
    setTimeout(() => void refreshIfWaiting(), REFRESH_EVERY_MS);
  };
  setTimeout(() => void refreshIfWaiting(), REFRESH_EVERY_MS);
}

/** Removes a notice after a while, unless somebody is about to use its button. Warnings stay. */
export function applyToasts(): void {
  const dismissLater = () => {
    const notice = document.querySelector<HTMLElement>('.toasts .notice');
    if (notice === null || notice.matches('[data-armed], .warn, :has([data-waits])')) return;
    notice.dataset['armed'] = 'yes';
    const dismiss = () => {
      if (notice.matches(':hover, :focus-within')) setTimeout(dismiss, SHOWN_MS);
      else notice.remove();
    };
    setTimeout(dismiss, SHOWN_MS);
  };
  dismissLater();
  document.addEventListener(PAGE_CHANGED, dismissLater);
}
