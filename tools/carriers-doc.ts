import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import {
  type AdapterManifest,
  loadAdapters,
  packagedMappings,
  webhookSecretSetting,
} from '../src/adapters/index.ts';
import {
  type DocumentedCoverage,
  documentedCoverage,
  openMappingFiles,
  parseCodesCsv,
} from '../src/normalization/index.ts';
import { type GeneratedFile, scorecards } from './scorecards.ts';

const MAPPINGS = 'config/carrier-mappings';
const PACKAGES = 'packages/carriers';
const BRIDGES = 'src/adapters/bridges';

interface Carrier {
  readonly manifest: AdapterManifest;
  /** From the root: the folder with the README, and the mapping. */
  readonly folder: string;
  readonly mapping: string;
  readonly coverage: DocumentedCoverage;
  readonly scorecard: Scorecard;
}

/** The part of a scorecard.json that is shown here. */
interface Scorecard {
  readonly carrier: string;
  readonly level: string | null;
  readonly checks_passed: number;
  readonly checks_total: number;
  readonly capabilities: readonly string[];
  readonly exempt: readonly { readonly id: string; readonly why: string }[];
}

/**
 * Generates docs/carriers.md and the table in README.md from manifests, code lists and mappings.
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
    const codes = parseCodesCsv(await readFile(join(root, folder, 'codes.csv'), 'utf8'));
    const coverage = documentedCoverage(mapping, codes, manifest.codeKinds);
    const scorecard = cards.find(({ carrier }) => carrier === manifest.name);
    if (scorecard === undefined) throw new Error(`${manifest.name} has no scorecard`);
    const own = home?.mapping == null ? null : relative(root, home.mapping);
    const file = own ?? `${MAPPINGS}/${manifest.name}.yaml`;
    carriers.push({ manifest, folder, mapping: file, coverage, scorecard });
  }
  return carriers;
}

/**
 * Replaces the text between `<!-- name -->` and `<!-- /name -->`; throws if the markers are
 * missing.
 */
function replaceBetween(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md lacks ${start.trim()} … ${end}`);
  return `${text.slice(0, from + start.length)}${content}${text.slice(to)}`;
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
  return `| carrier | id | [level](docs/integrators.md#the-levels) | webhook authentication | documented codes mapped | |
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
  return `<!-- Generated from the carriers' folders and mappings by \`npm run generate\`. -->

# Carriers

Each carrier's facts, from its manifest, its list of documented codes and its mapping, with its level in the
conformance suite (\`npx waybill carrier test\`). A code is "reviewed" if a person has compared its rule with the
carrier's description of the code; a rule marked as unreviewed must not say that a parcel is delivered.
[carrier-webhooks.md](carrier-webhooks.md) explains how to set up a carrier's webhooks, and
[integrators.md](integrators.md) how to add a carrier.

${carriers.map(section).join('\n')}`;
}

function section({ manifest, folder, mapping, coverage, scorecard }: Carrier): string {
  const { name, displayName, push, limits, zonePolicy, retention, docs } = manifest;
  const rows: (readonly [string, string])[] = [
    ['id', `\`${name}\``],
    ['level', levelText(scorecard)],
    [
      'tested capabilities',
      scorecard.capabilities.map((each) => `\`${each}\``).join(', ') || 'none',
    ],
    ...(push === null
      ? []
      : [
          [
            'webhook authentication',
            `${authenticity(manifest)}; header \`${push.header}\`${headerSettingNote(push)}`,
          ] as const,
          ['secret setting', `\`${webhookSecretSetting(name)}\``] as const,
          ['replayed webhooks', replays(push)] as const,
        ]),
    ['codes', `${coverage.mapped} of ${coverage.codes} mapped, ${coverage.reviewed} reviewed`],
    ['matched by', manifest.matchOrder.map((keys) => `\`${keys.join(' + ')}\``).join(', then ')],
    ['time zones', zonePolicy],
    ['numbers per call', String(limits.batchMax)],
    ['call limits', `${calls(limits)}. ${limits.source}`],
    ['data retention terms', retention.note],
    [
      'sources',
      docs
        .map(({ title, url, readOn }) => `[${title}](${url}) (${readOn ?? 'undated copy'})`)
        .join('; '),
    ],
    ['mapping', `[${basename(mapping)}](../${mapping})`],
    ['notes', `[README](../${folder}/README.md)`],
  ];
  const lines = rows.map(([what, text]) => `| ${what} | ${text.replaceAll('|', '\\|')} |`);
  return `## ${displayName}

| | |
|---|---|
${lines.join('\n')}
`;
}

function levelText({ level, checks_passed, checks_total, exempt }: Scorecard): string {
  const passed = `${checks_passed} of ${checks_total} checks passed`;
  const off = exempt.map(({ id, why }) => `exempt from \`${id}\`: ${why}`);
  return [`${level ?? 'none'}; ${passed}`, ...off].join('. ');
}

type Push = NonNullable<AdapterManifest['push']>;

function headerSettingNote({ headerConfigurable }: Push): string {
  return headerConfigurable ? ', or the one set with `WAYBILL_WEBHOOK_HEADER_<CARRIER>`' : '';
}

function replays({ replayWindowS }: Push): string {
  return replayWindowS === null
    ? 'the carrier signs no time; a repeated webhook changes nothing'
    : `refused when the signed time differs by more than ${replayWindowS} s`;
}

function calls(limits: AdapterManifest['limits']): string {
  const { callsPerSecond, callsPerHour, callsPerDay, burst, parcelPauseS } = limits;
  const known = [
    burst === undefined ? null : `${burst.calls} in ${burst.perS} s`,
    // Left out when the burst limit states the same rate.
    callsPerSecond === null || callsPerSecond === (burst?.calls ?? 0) / (burst?.perS ?? 1)
      ? null
      : `${callsPerSecond} per second`,
    callsPerHour === null ? null : `${callsPerHour} per hour`,
    callsPerDay === null ? null : `${callsPerDay} per day`,
    parcelPauseS === undefined ? null : `one per parcel in ${parcelPauseS} s`,
  ].filter((each) => each !== null);
  return known.length === 0 ? 'no published limit' : `at most ${known.join(', ')}`;
}
