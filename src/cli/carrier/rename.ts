/** A file of a new adapter. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** The template's own name, in its three spellings, becomes the carrier's. */
export function renamed(text: string, name: string): string {
  return text
    .replace(/\bTemplate\b/g, displayName(name))
    .replace(/\btemplate(?=['-]|$|\n)/gm, name)
    .replaceAll('<CARRIER>', name.replaceAll('-', '_').toUpperCase());
}

/** `acme-post` → `Acme Post` */
export function displayName(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
