import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '../../../src/platform/observability/metrics.ts';
import { ROOT } from '../../docs/blocks.ts';

/** A series name as Prometheus knows it. */
export interface KnownSeries {
  /** The metric that it belongs to. */
  readonly family: string;
  readonly labels: ReadonlySet<string>;
  /** Bounds of a histogram's buckets; empty for others. */
  readonly bounds: readonly number[];
}

const DECLARED =
  /new (?:Lean)?(?<kind>Histogram|Counter|Gauge)(?:<[^>]*>)?\(\{\s*name: '(?<name>waybill_\w+)',(?<rest>[\s\S]*?)registers/g;
/** Labels added by the collector, and the label of a hub's second process. */
const ALWAYS = ['job', 'instance', 'process'];

/**
 * Every metric a hub may export: those declared in the sources, and its library's own for each
 * process.
 */
export async function knownMetrics(): Promise<ReadonlyMap<string, KnownSeries>> {
  const known = new Map<string, KnownSeries>();
  const add = (name: string, kind: string, labels: readonly string[], bounds: number[] = []) => {
    const all = new Set([...ALWAYS, ...labels]);
    const withBounds = { family: name, labels: new Set([...all, 'le']), bounds };
    if (kind === 'Histogram') known.set(`${name}_bucket`, withBounds);
    const plain = { family: name, labels: all, bounds: [] };
    if (kind !== 'Histogram') known.set(name, plain);
    else for (const end of ['sum', 'count']) known.set(`${name}_${end}`, plain);
  };
  for (const { name, type } of createMetrics().getMetricsAsArray()) {
    if (String(type) !== 'histogram') add(name, 'Gauge', []);
  }
  for (const name of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
    const file = join('src', name);
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const { groups = {} } of text.matchAll(DECLARED)) {
      const { kind = '', name = '', rest = '' } = groups;
      const labels = /labelNames: \[([^\]]*)\]/.exec(rest)?.[1] ?? '';
      const buckets = /buckets: (\[[^\]]*\]|\w+)/.exec(rest)?.[1] ?? '[]';
      const list = buckets.startsWith('[')
        ? buckets
        : (new RegExp(`const ${buckets} = (\\[[^\\]]*\\])`).exec(text)?.[1] ?? '[]');
      add(name, kind, [...labels.matchAll(/\w+/g)].map(String), numbersIn(list));
    }
  }
  return known;
}

const numbersIn = (list: string): number[] =>
  list
    .replace(/[[\]_\s]/g, '')
    .split(',')
    .filter((text) => text !== '')
    .map(Number);
