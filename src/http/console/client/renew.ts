import morphdom from 'morphdom';

/** What fields contain, by which it is found later which were changed. */
type Fields = ReadonlyMap<Element, string>;

const stateOf = ({ value, checked }: HTMLInputElement) => `${checked} ${value}`;

export function readFields(): Fields {
  const selector = 'input:not([type="file"]), select, textarea';
  const fields = document.querySelectorAll<HTMLInputElement>(selector);
  return new Map([...fields].map((field) => [field, stateOf(field)]));
}

export const isChanged = (field: Element, before: Fields): boolean =>
  before.has(field) && before.get(field) !== stateOf(field as HTMLInputElement);

/**
 * Makes an element of the page like a newer one. Only what differs is replaced, so focus, selection
 * and scroll position stay. What the person has opened or is dragging stays, too.
 * @param before fields changed since then stay as they are.
 * @param typing the field that stays as it is because somebody may be typing in it.
 */
export function renew(
  old: Element,
  newer: Element,
  before = readFields(),
  typing = document.activeElement,
): void {
  const focused = document.activeElement;
  const isBeingEdited = (field: Element, to: Element) =>
    field.matches('[type="checkbox"], [type="radio"]')
      ? isChanged(field, before) && field.getAttribute('value') === to.getAttribute('value')
      : isChanged(field, before) || (field === typing && before.has(field));
  morphdom(old, newer, {
    // By default `form.id`, which is a field named "id" if the form has one.
    getNodeKey(node) {
      if (!(node instanceof Element)) return null;
      // A message put before a form does not replace it.
      if (node.matches('form[data-preview]')) return 'previewed form';
      return node.getAttribute('id') ?? node.getAttribute('data-row');
    },
    onBeforeElUpdated(from, to) {
      if (from instanceof HTMLDetailsElement && from.open) to.setAttribute('open', '');
      if (from.classList.contains('dragged')) to.classList.add('dragged');
      if (from.matches('#panel, dialog, .map-frame')) return false;
      if (isBeingEdited(from, to)) {
        const { value, checked } = from as HTMLInputElement;
        Object.assign(to, { value, checked });
        // A select without the option that was chosen.
        if ((to as HTMLInputElement).value !== value) return false;
      }
      return !from.isEqualNode(to);
    },
  });
  // Whatever is moved loses the focus.
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
}
