import { PAGE_CHANGED } from '../../maps/map-data.ts';

const SHOWN_MS = 7_000;

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
