/** Shows the name of a chosen file beside its button. */
export function applyFiles(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'file') return;
    const shown = target.closest('.file')?.querySelector('output');
    const [file] = target.files ?? [];
    if (shown && file) shown.textContent = file.name;
  });
}
