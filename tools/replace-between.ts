/**
 * Replaces the text between `<!-- name -->` and `<!-- /name -->`; throws if the markers are
 * missing.
 */
export function replaceBetween(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The document lacks ${start.trim()} … ${end}`);
  return `${text.slice(0, from + start.length)}${content}${text.slice(to)}`;
}
