import { existsSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import type { Registry } from '../../../adapters/index.ts';
import { documentedCoverage, type Mapping, parseCodesCsv } from '../../../normalization/index.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import type { ShopPlatform } from '../../../shops/index.ts';
import { type Guide, readGuide } from '../pages/guides.ts';
import { type CarrierFacts, carrierPage } from './carrier-page.ts';
import { shopPage } from './shop-page.ts';

/** What is installed: carriers with their mappings, and platforms of shops. */
export interface Installed {
  readonly registry: Pick<Registry, 'list' | 'home'>;
  /** Null or undefined: the carrier has no valid mapping. */
  readonly mapping: (carrier: string) => Mapping | null | undefined;
  readonly platforms: Iterable<ShopPlatform>;
}

/** A page for each installed carrier and each platform, made from their manifests. */
export function madeGuides({ registry, mapping, platforms }: Installed): readonly Guide[] {
  return [
    ...registry.list().map((adapter) => {
      const { name } = adapter.manifest;
      const facts = { adapter, ...filesOf(name, registry), mapping: mapping(name) ?? null };
      return readGuide(`carriers/${name}`, carrierPage(withCoverage(facts)));
    }),
    ...[...platforms].map((platform) => readGuide(`shops/${platform.id}`, shopPage(platform))),
  ];
}

type Files = Pick<CarrierFacts, 'notes' | 'scorecard' | 'hasSandbox'> & {
  /** The text of codes.csv; null: there is none. */
  readonly codes: string | null;
};

function filesOf(name: string, registry: Installed['registry']): Files {
  const home = registry.home(name);
  if (home === undefined) return { notes: '', scorecard: null, hasSandbox: false, codes: null };
  const read = (file: string) => {
    const path = join(home.folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  return {
    notes: withLinksFrom(relative(PROJECT_ROOT, home.folder), read('README.md') ?? ''),
    scorecard: home.scorecard,
    hasSandbox: home.sandbox !== null,
    codes: read('codes.csv'),
  };
}

/** The notes' links as they lead from `docs/carriers`. */
function withLinksFrom(folder: string, notes: string): string {
  return notes.replaceAll(
    /\]\((?!https?:|mailto:|#)([^()\s]+)\)/g,
    (_, href: string) => `](${posix.relative('docs/carriers', posix.join(folder, href))})`,
  );
}

function withCoverage({ codes, ...facts }: Omit<CarrierFacts, 'coverage'> & Files): CarrierFacts {
  const { mapping, adapter } = facts;
  const coverage =
    mapping === null || codes === null
      ? null
      : documentedCoverage(mapping, parseCodesCsv(codes), adapter.manifest.codeKinds);
  return { ...facts, coverage };
}
