import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dispatchSettings } from '../src/fleet/api/deliveries/schema.ts';
import { documents, isRunElsewhere, proseOf, ROOT } from './docs/blocks.ts';
import { FILES } from './tidy/tree.ts';

/** What the documents say is true: each link leads somewhere. The tests in docs/guides run their commands. */
const all = documents();

it('a test follows each document that has commands', () => {
  const folder = join(ROOT, 'test/docs/guides');
  const followed = readdirSync(folder).map(
    (name) => /runGuide\('([^']+)'/.exec(readFileSync(join(folder, name), 'utf8'))?.[1],
  );
  const wanted = all.filter(({ blocks }) => !blocks.every(isRunElsewhere));
  expect(followed.sort()).toEqual(wanted.map(({ path }) => path).sort());
});

it('a block that another program runs stands in it word for word', () => {
  const blocks = all
    .flatMap((document) => document.blocks)
    .filter(({ run }) => /^by /.test(run ?? ''));
  expect(blocks.length).toBeGreaterThan(0);
  for (const { where, run, commands } of blocks) {
    const program = readFileSync(join(ROOT, (run ?? '').slice('by '.length)), 'utf8');
    expect([where, program.includes(commands)]).toEqual([where, true]);
  }
});

it('the README compares polling with both baselines, as the benchmarks measured it', () => {
  const [readme = '', benchmarks = ''] = ['README.md', 'docs/benchmarks.md'].map((path) =>
    readFileSync(join(ROOT, path), 'utf8').replace(/\s+/g, ' '),
  );
  const [, fixed, flat] =
    /is (\d+ %) shorter than with `fixed`, and (\d+ %) shorter than/.exec(benchmarks) ?? [];
  expect(readme).toContain(`is ${flat} shorter than with one interval for all polls`);
  expect(readme).toContain(`and ${fixed} shorter than`);
});

it('a benchmark whose ratio is below its target says that it misses it', () => {
  const benchmarks = readFileSync(join(ROOT, 'docs/benchmarks.md'), 'utf8');
  const silent = /^\|([^|]+)\|[^|]+\|[^|]*\| ([\d.]+)[^|]*\|(?![^|]*missed)[^|]*ratio ≥ ([\d.]+)/gm;
  const rows = [...benchmarks.matchAll(silent)];
  expect(rows.length).toBeGreaterThan(0);
  for (const [, name, ratio, least] of rows)
    expect(Number(ratio), name).toBeGreaterThanOrEqual(Number(least));
});

it('the README says of real accounts what the list of carriers says, and how to prove one', () => {
  const [readme = '', carriers = ''] = ['README.md', 'docs/carriers.md'].map((path) =>
    readFileSync(join(ROOT, path), 'utf8'),
  );
  const claim = /No adapter has yet met/;
  expect(claim.test(readme)).toBe(claim.test(carriers));
  expect(readme).toContain('`npx waybill carrier record`');
});

it('the guide names each way in which deliveries can be assigned', () => {
  const guide = readFileSync(join(ROOT, 'docs/deliveries.md'), 'utf8');
  for (const way of dispatchSettings.shape.assign.options)
    expect(guide).toContain(`{"assign": "${way}"}`);
});

describe('links', () => {
  it('between documents lead to a file that is there, and to a heading in it', () => {
    const lost = all.flatMap(({ path, text }) =>
      [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target]) => target ?? '')
        .filter((target) => !/^(https?|mailto):/.test(target) && isLost(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(lost).toEqual([]);
  });

  it('reach every document: none is an orphan', () => {
    const texts = all.map(({ text }) => text).join('\n');
    const orphans = all.filter(({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      return path !== 'README.md' && !texts.includes(name) && !texts.includes(dirname(path));
    });
    expect(orphans.map(({ path }) => path)).toEqual([]);
  });
});

it('the modules that the guide has adapters import exist', () => {
  const sdk = readFileSync(join(ROOT, 'src/adapters/sdk.ts'), 'utf8');
  const guide = all.find(({ path }) => path === 'docs/integrators.md')?.text ?? '';
  const named = [...`${sdk}${guide}`.matchAll(/`((?:\.\.\/)+[\w./-]+\.ts)`/g)].map(
    ([, at]) => at ?? '',
  );
  expect(named.length).toBeGreaterThan(2);
  // From an adapter's folder, or from a folder in it.
  const folders = ['src/adapters/ups', 'src/adapters/ups/sandbox'];
  const lost = named.filter(
    (target) => !folders.some((folder) => existsSync(join(ROOT, folder, target))),
  );
  expect(lost).toEqual([]);
});

function isLost(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? join(ROOT, from) : join(ROOT, dirname(from), file);
  if (!existsSync(path)) return true;
  if (anchor === undefined || !path.endsWith('.md')) return false;
  const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)];
  return !headings.some(([, heading]) => slug(heading ?? '') === anchor);
}

/** As GitHub makes anchors of headings. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

describe('ARCHITECTURE.md', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');

  it('is read in a few minutes: 200 lines at most', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(200);
  });
});

/** Words of the old dialect, for which docs/glossary.md has better ones. */
const NEVER =
  /\b(un)?told\b|\bheard\b|\bforesee|\bforet(ell|old)|\blaid over\b|\bpapers\b|\bsightings?\b|\bwish(es)?\b|\btidings\b/i;

it('no document, nor any note of a carrier, uses a retired word: docs/glossary.md has another', () => {
  const notes = FILES.filter(({ path }) => path.endsWith('.md'));
  expect(notes.length).toBeGreaterThan(100);
  const found = notes.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (NEVER.test(line) ? [`${path}:${index + 1}: ${line}`] : [])),
  );
  expect(found).toEqual([]);
});

it('every file that a document names is there', () => {
  const named = all.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:src|test|config|migrations|docs|tools|bench|bin|deploy)\/[^`\s]*)`/g)]
      .map(([, file]) => file ?? '')
      // Not an example, not a pattern.
      .filter((file) => !/[<*{]|\/acme/.test(file))
      .map((file) => ({ path, file })),
  );
  expect(named.length).toBeGreaterThan(50);
  const lost = named.filter(({ file }) => !existsSync(join(ROOT, file)));
  expect(lost.map(({ path, file }) => `${path}: ${file}`)).toEqual([]);
});

/** It names operations of shop platforms. */
const OF_OTHER_APIS = 'docs/shops-research.md';

it('every operation that a document names is in the API', () => {
  const { paths }: { paths: Record<string, object> } = JSON.parse(
    readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'),
  );
  const known = new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${withoutNames(path)}`),
    ),
  );
  const ours = all.filter(({ path }) => !path.endsWith(OF_OTHER_APIS));
  const named = ours.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:GET|PUT|POST|PATCH|DELETE) \/(?!webhooks\/|_control)[^\s`…]+)`/g)].map(
      ([, operation = '']) => ({ path, operation }),
    ),
  );
  expect(named.length).toBeGreaterThan(100);
  const lost = named.filter(
    ({ operation }) =>
      !known.has(withoutNames(operation.replace(/ \/v1(?=\/)/, ' ').replace(/\?.*$/, ''))),
  );
  expect(lost).toEqual([]);
});

/** `/shipments/{id}` and `/shipments/{shipment_id}` are one path. */
function withoutNames(path: string): string {
  return path.replace(/\{[^}]*\}/g, '{}');
}
