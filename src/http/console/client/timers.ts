import { PAGE_CHANGED } from '../../maps/map-data.ts';
import { show } from './in-place.ts';

const SHOWN_MS = 7_000;
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

/** A notice leaves by itself, unless somebody is about to use its button. */
export function applyToasts(): void {
  const arm = () => {
    const notice = document.querySelector<HTMLElement>('.toasts .notice');
    if (notice === null || notice.dataset['armed'] || notice.classList.contains('warn')) return;
    notice.dataset['armed'] = 'yes';
    const leave = () => {
      if (notice.matches(':hover, :focus-within')) setTimeout(leave, SHOWN_MS);
      else notice.remove();
    };
    setTimeout(leave, SHOWN_MS);
  };
  arm();
  document.addEventListener(PAGE_CHANGED, arm);
}
