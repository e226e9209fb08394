/**
 * Joins the metrics of a hub's two processes in Prometheus' format. A metric reported by both
 * appears once with the series of both, the second's marked `process="work"`; a scraper would
 * reject a second metric of the same name.
 */
export function joinFigures(own: string, theirs: string): string {
  const families = new Map<string, string[]>();
  for (const [name, lines] of familiesOf(own)) families.set(name, lines);
  for (const [name, lines] of familiesOf(theirs)) {
    const known = families.get(name);
    if (known === undefined) families.set(name, lines);
    else known.push(...lines.filter((line) => !line.startsWith('#')).map(marked));
  }
  return [...families.values()].map((lines) => `${lines.join('\n')}\n`).join('\n');
}

const MARK = 'process="work"';

/** Returns the lines by the name of their metric, in order; each begins with its HELP. */
function familiesOf(text: string): [string, string[]][] {
  const families: [string, string[]][] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const name = /^# HELP (\S+)/.exec(line)?.[1];
    if (name !== undefined) families.push([name, [line]]);
    else families.at(-1)?.[1].push(line);
  }
  return families;
}

/** Adds the label to a sample. Labels begin at the first brace; a name contains none. */
function marked(sample: string): string {
  const brace = sample.indexOf('{');
  const space = sample.indexOf(' ');
  if (brace < 0 || brace > space) return `${sample.slice(0, space)}{${MARK}}${sample.slice(space)}`;
  return `${sample.slice(0, brace + 1)}${MARK},${sample.slice(brace + 1)}`;
}
