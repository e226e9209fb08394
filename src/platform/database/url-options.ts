/**
 * Separates `options` from a URL. They would replace ours, and with them the role, so they are
 * joined instead: ours come last and take precedence.
 */
export function takeOptions(url: string): { bare: string; options: string } {
  const cut = url.indexOf('?');
  if (cut < 0) return { bare: url, options: '' };
  const params = new URLSearchParams(url.slice(cut + 1));
  const options = params.get('options') ?? '';
  params.delete('options');
  const rest = params.toString();
  return { bare: rest === '' ? url.slice(0, cut) : `${url.slice(0, cut)}?${rest}`, options };
}
