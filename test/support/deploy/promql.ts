import { parser } from '@prometheus-io/lezer-promql';
import type { KnownSeries } from './known-metrics.ts';

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];

/** Prometheus' own series. */
const ITS_OWN: readonly [string, KnownSeries][] = [
  ['up', { family: 'up', labels: new Set(['job', 'instance']), bounds: [] }],
  ['ALERTS', { family: 'ALERTS', labels: new Set(['alertname', 'alertstate']), bounds: [] }],
];

export interface Read {
  /** The faults of the expression; empty: none. */
  readonly faults: readonly string[];
  /** The hub's metrics in it. */
  readonly families: ReadonlySet<string>;
  /** Labels that its result may have. */
  readonly labels: ReadonlySet<string>;
}

/**
 * Parses an expression by Prometheus' own grammar, and checks that its names exist.
 *
 * @param recorded series that rules record; they have no labels.
 */
export function readPromql(
  expr: string,
  known: ReadonlyMap<string, KnownSeries>,
  recorded: ReadonlySet<string>,
): Read {
  const faults: string[] = [];
  const families = new Set<string>();
  const metrics = new Set<string>();
  const grouped = new Set<string>();
  let aggregates = false;
  const all = new Map([...known, ...ITS_OWN]);
  const textOf = ({ from, to }: { from: number; to: number }) => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter(at) {
      if (at.type.isError)
        faults.push(`syntax at ${at.from}: ${expr.slice(at.from, at.from + 20)}`);
      if (at.name === 'AggregateExpr') aggregates = true;
      if (at.name === 'GroupingLabels') {
        for (const label of inside(at.node, 'LabelName')) grouped.add(textOf(label));
      }
      if (at.name !== 'VectorSelector') return;
      const name = textOf(inside(at.node, 'Identifier')[0] ?? { from: 0, to: 0 });
      if (recorded.has(name)) return;
      const series = all.get(name);
      if (series === undefined) {
        faults.push(`there is no metric ${name}`);
        return;
      }
      families.add(series.family);
      for (const label of series.labels) metrics.add(label);
      const matchers = inside(at.node, 'UnquotedLabelMatcher').map(textOf);
      for (const matcher of matchers) faults.push(...faultsOf(name, series, matcher));
    },
  });
  for (const label of grouped) {
    if (!metrics.has(label)) faults.push(`no metric in it has the label ${label}`);
  }
  return { faults, families, labels: aggregates ? grouped : metrics };
}

function faultsOf(name: string, { labels, bounds }: KnownSeries, matcher: string): string[] {
  const [, label = '', value = ''] = /^(\w+)\s*(?:=~|!=|!~|=)\s*"(.*)"$/.exec(matcher) ?? [];
  if (!labels.has(label)) return [`${name} has no label ${label}`];
  if (label !== 'le') return [];
  return value
    .split('|')
    .filter((bound) => !bounds.includes(Number(bound)))
    .map((bound) => `${name} has no bucket up to ${bound}`);
}

function inside(node: Node, name: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  node.cursor().iterate((at) => {
    if (at.from >= node.from && at.to <= node.to && at.name === name) {
      found.push({ from: at.from, to: at.to });
    }
  });
  return found;
}
