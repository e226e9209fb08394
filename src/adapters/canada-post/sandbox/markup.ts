/** An element with text or with elements, spelled as the gateway does: no blanks between. */
export function element(name: string, ...inner: readonly (string | Element)[]): Element {
  const body = inner.map((each) => (typeof each === 'string' ? escaped(each) : each.markup));
  return { markup: `<${name}>${body.join('')}</${name}>` };
}

export interface Element {
  readonly markup: string;
}

/** A document whose root names its schema, as the carrier's schemas do. */
export function documentOf(root: string, schema: string, ...inner: readonly Element[]): string {
  const body = inner.map(({ markup }) => markup).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.canadapost.ca/ws/${schema}">${body}</${root}>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
