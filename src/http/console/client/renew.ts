import morphdom from 'morphdom';

/**
 * Makes an element of the page like a newer one. Only what differs is replaced, so focus, selection
 * and scroll position stay. What the person has opened or is dragging stays, too.
 * @param isTyping whether the field with the focus keeps what is being typed.
 */
export function renew(old: Element, newer: Element, isTyping = true): void {
  morphdom(old, newer, {
    // By default `form.id`, which is a field named "id" if the form has one.
    getNodeKey: (node) => (node instanceof Element ? node.getAttribute('id') : null),
    onBeforeElUpdated(from, to) {
      if (from instanceof HTMLDetailsElement && from.open) to.setAttribute('open', '');
      if (from.classList.contains('dragged')) to.classList.add('dragged');
      if (from.matches('#panel, dialog, .map-frame')) return false;
      const isWriting =
        isTyping && from === document.activeElement && from instanceof HTMLInputElement;
      if (isWriting && to instanceof HTMLInputElement && from.type !== 'checkbox') {
        to.value = from.value;
      }
      return !from.isEqualNode(to);
    },
  });
}
