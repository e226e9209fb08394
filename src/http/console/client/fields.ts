import { HEX_COLOR } from '../../../kernel/color-contrast.ts';
import { contrastOnWhite } from '../settings/color-check.ts';

/** Keeps a colour's text, its picker and the verdict on its contrast in step. */
export function applyColors(): void {
  for (const field of document.querySelectorAll('[data-color]')) {
    const text = field.querySelector<HTMLInputElement>('input[type=text]');
    const picker = field.querySelector<HTMLInputElement>('input[type=color]');
    const verdict = field.querySelector('output');
    if (text === null || picker === null || verdict === null) continue;
    picker.hidden = false;
    const show = (): void => {
      const color = text.value.trim();
      const found = HEX_COLOR.test(color) ? contrastOnWhite(color) : null;
      if (found !== null) picker.value = color;
      const { good = '', low = '' } = verdict.dataset;
      verdict.textContent =
        found === null ? '' : (found.isReadable ? good : low).replace('{ratio}', found.ratio);
    };
    text.addEventListener('input', show);
    picker.addEventListener('input', () => {
      text.value = picker.value;
      show();
      // The preview follows the text.
      text.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }
}

/** Shows the name of a chosen file beside its button. */
export function applyFiles(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'file') return;
    const shown = target.closest('.file')?.querySelector('output');
    const [file] = target.files ?? [];
    if (shown && file) shown.textContent = file.name;
  });
}

/** Buttons that copy a text; where the clipboard is closed, the text is selected. */
export function applyCopying(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLElement>('[data-copies]');
    if (!button) return;
    const from = document.querySelector(button.dataset['copies'] ?? '');
    const isField = from instanceof HTMLInputElement;
    if (isField) from.select();
    else if (from !== null) getSelection()?.selectAllChildren(from);
    // Absent on pages without TLS.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    void clipboard?.writeText((isField ? from.value : from?.textContent) ?? '').then(() => {
      button.textContent = button.dataset['copied'] ?? '';
    });
  });
}

/** Buttons that insert their text into the field of their form that was last written in. */
export function applyInserting(): void {
  let field: HTMLInputElement | HTMLTextAreaElement | null = null;
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches('input[type=text], textarea')) return;
    field = target as HTMLInputElement | HTMLTextAreaElement;
  });
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest('[data-inserts]');
    if (!button) return;
    const form = button.closest('form');
    const into = field && form?.contains(field) ? field : form?.querySelector('textarea');
    if (!into) return;
    const { selectionStart: start, selectionEnd: end, value } = into;
    into.setRangeText(button.textContent, start ?? value.length, end ?? value.length, 'end');
    into.focus();
    // The preview follows.
    into.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
