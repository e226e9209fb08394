import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type AdapterManifest, loadAdapters, packagedMappings } from '../src/adapters/index.ts';
import { callLimits } from '../src/http/docs/made/carrier-page.ts';
import { table } from '../src/http/docs/made/table.ts';
import {
  type CodeSource,
  type DocumentedCoverage,
  documentedCoverage,
  openMappingFiles,
  parseCodesCsv,
  parseSourcesCsv,
} from '../src/normalization/index.ts';
import { replaceBetween } from './replace-between.ts';
import { type GeneratedFile, scorecards } from './scorecards.ts';

const MAPPINGS = 'config/carrier-mappings';
const PACKAGES = 'packages/carriers';
const BRIDGES = 'src/adapters/bridges';

interface Carrier {
  readonly manifest: AdapterManifest;
  /** From the root: the folder with the README. */
  readonly folder: string;
  readonly coverage: DocumentedCoverage;
  readonly sources: readonly CodeSource[];
  readonly scorecard: Scorecard;
  /** Whether its fixtures have a recording of the carrier's production system. */
  readonly isProven: boolean;
}

/** The part of a scorecard.json that is shown here. */
interface Scorecard {
  readonly carrier: string;
  readonly level: string | null;
  readonly capabilities: readonly string[];
}

/**
 * Generates docs/carriers.md and the table in README.md from manifests, code lists and mappings.
 * The pages of the carriers are made when they are read (src/http/docs/made).
 */
export async function carriersDoc(root: string): Promise<readonly GeneratedFile[]> {
  const carriers = await readCarriers(root);
  const readme = join(root, 'README.md');
  const text = await readFile(readme, 'utf8').catch(() => null);
  const page = { path: join(root, 'docs', 'carriers.md'), content: carriersPage(carriers) };
  if (text === null) return [page];
  return [page, { path: readme, content: replaceBetween(text, 'carriers', summary(carriers)) }];
}

async function readCarriers(root: string): Promise<Carrier[]> {
  const registry = await loadAdapters();
  const manifests = registry.list().map(({ manifest }) => manifest);
  const mappings = await openMappingFiles({
    folder: join(root, MAPPINGS),
    packaged: packagedMappings(registry),
    carriers: manifests,
    watch: 'off',
  });
  const cards = (await scorecards(root)).map(
    ({ content }): Scorecard => JSON.parse(String(content)),
  );
  const carriers: Carrier[] = [];
  for (const manifest of manifests) {
    const mapping = mappings.current(manifest.name);
    if (mapping === undefined) throw new Error(`${manifest.name} has no valid mapping`);
    const home = registry.home(manifest.name);
    const folder = relative(root, home?.folder ?? root);
    const listed = (file: string) => readFile(join(root, folder, file), 'utf8');
    const codes = parseCodesCsv(await listed('codes.csv'));
    const sources = parseSourcesCsv(await listed('sources.csv'));
    const coverage = documentedCoverage(mapping, codes, manifest.codeKinds);
    const scorecard = cards.find(({ carrier }) => carrier === manifest.name);
    if (scorecard === undefined) throw new Error(`${manifest.name} has no scorecard`);
    const isProven = await hasRecording(join(root, folder, 'fixtures'));
    carriers.push({ manifest, folder, coverage, sources, scorecard, isProven });
  }
  return carriers;
}

async function hasRecording(fixtures: string): Promise<boolean> {
  const files = (await readdir(fixtures)).filter((file) => file.endsWith('.cassette.json'));
  const texts = await Promise.all(files.map((file) => readFile(join(fixtures, file), 'utf8')));
  return texts.some((text) => JSON.parse(text).system === 'production');
}

/** Says which adapters have met a real account, and how to prove one. */
function proof(carriers: readonly Carrier[]): string {
  const proven = carriers.filter(({ isProven }) => isProven);
  const names = proven.map(({ manifest }) => manifest.displayName).join(', ');
  const who = proven.length === 0 ? 'No adapter has yet met' : `Of the adapters, only ${names} met`;
  return `**${who} a carrier's real account.** Without one, an adapter rests on documents and published answers.
If you have an account, record what the carrier answers: \`npx waybill carrier record CARRIER NUMBER --system production
--credentials FILE --out NAME.cassette.json\`. With the recording in the adapter's \`fixtures\`, beside the expectations,
\`npx waybill carrier test CARRIER\` proves that the adapter reads it ([guide](integrators.md#recording-real-answers)).
`;
}

/** A row for each carrier of `src/adapters`, one for all bridges, and one for all packages. */
function summary(carriers: readonly Carrier[]): string {
  const bridges = carriers.filter(({ manifest }) => manifest.role === 'bridge');
  const packages = carriers.filter(({ folder }) => folder.startsWith(PACKAGES));
  const rows = carriers
    .filter((carrier) => !packages.includes(carrier) && !bridges.includes(carrier))
    .map((carrier) => row([carrier], `[notes](${carrier.folder}/README.md)`));
  if (bridges.length > 0) rows.push(row(bridges, `[bridges](${BRIDGES})`));
  if (packages.length > 0) rows.push(row(packages, `[packages](${PACKAGES})`));
  return `| carrier | id | [level](docs/integrators.md#the-levels) | webhook authentication | codes of all sources mapped | |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function row(carriers: readonly Carrier[], link: string): string {
  const each = (text: (carrier: Carrier) => string) => [...new Set(carriers.map(text))].join(', ');
  const sum = (count: (coverage: DocumentedCoverage) => number) =>
    carriers.reduce((total, { coverage }) => total + count(coverage), 0);
  const cells = [
    each(({ manifest }) => manifest.displayName),
    each(({ manifest }) => `\`${manifest.name}\``),
    each(({ scorecard }) => scorecard.level ?? '–'),
    each(({ manifest }) => authenticity(manifest)),
    `${sum(({ mapped }) => mapped)} of ${sum(({ codes }) => codes)}`,
    link,
  ];
  return `| ${cells.join(' | ')} |`;
}

function authenticity({ push }: AdapterManifest): string {
  if (push === null) return 'no webhooks';
  return push.trust === 'signed' ? 'signature' : 'secret header';
}

function carriersPage(carriers: readonly Carrier[]): string {
  const rows = carriers.map(({ manifest, folder, coverage, scorecard }) => [
    `[${manifest.displayName}](../${folder}/README.md)`,
    `\`${manifest.name}\``,
    manifest.role ?? 'carrier',
    scorecard.level ?? '–',
    scorecard.capabilities.map((each) => `\`${each}\``).join(', ') || '–',
    authenticity(manifest),
    `${coverage.mapped} of ${coverage.codes}, ${coverage.reviewed} reviewed`,
    callLimits(manifest.limits),
    term(manifest),
  ]);
  const head = ['carrier', 'id', 'role', 'level', 'capabilities', 'webhook authentication'];
  const figures = ['codes of all sources mapped', 'calls', 'data must be deleted'];
  return `<!-- Generated from the carriers' folders and mappings by \`npm run generate\`. -->

# Carriers

The carriers that come with the hub. In the docs of a hub, and on the docs site, each has a page: what it can do, what
it needs, its limits, its codes and how to check it. In the repository, the link leads to its notes.

The level is that of the conformance suite (\`npx waybill carrier test\`), and the capabilities are those that it has
tested. A code is "reviewed" if a person has compared its rule with the carrier's description of the code; a rule marked
as unreviewed must not say that a parcel is delivered. A bridge is a service that reports parcels of many carriers.
[carrier-webhooks.md](carrier-webhooks.md) explains how to set up a carrier's webhooks,
[carrier-catalogue.md](carrier-catalogue.md) lists what the hub knows of other carriers, and
[integrators.md](integrators.md) says how to add one.

${proof(carriers)}
${table(rows, [...head, ...figures])}

## Sources of the codes

A carrier's own list is often incomplete, so codes are collected from other public lists and implementations, too. The
union counts each code once. A code whose meaning no source gives counts as mapped if a reason is stated, up to 5 % of
a union. Platinum requires two sources, one of them independent of the carrier.

${table(carriers.map(union), ['carrier', 'union', 'mapped', 'of these unknown', 'in two sources', 'sources, with the number of codes'])}
`;
}

function union({ manifest, coverage, sources }: Carrier): readonly string[] {
  const { codes, mapped, unknown, confirmed } = coverage;
  const named = sources.map(({ kind, title, url, commit, readOn, codes: listed }) => {
    const link = url === '' ? title : `[${title}](${url})`;
    return `${link}: ${[listed, kind, ...(commit === '' ? [] : [commit.slice(0, 9)]), readOn].join(', ')}`;
  });
  return [
    manifest.displayName,
    ...[codes, mapped, unknown, confirmed].map(String),
    named.join('<br>'),
  ];
}

/** What the carrier's terms require of those who store its data, as far as is known. */
function term({ retention: { deleteDaysAfterDelivery: days } }: AdapterManifest): string {
  return days === null ? '–' : `${days} days after delivery`;
}
