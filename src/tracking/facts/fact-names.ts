import type { AdapterManifest, CodeMatch, ReportedFact } from '../../adapters/contract/contract.ts';
import type { Fact, History } from './history.ts';
import { hashIdentity } from './identity.ts';

/**
 * Returns the identities under which the facts of one report are recorded, in their order. The
 * adapter's identity applies, except for a fact that an earlier version of the adapter named
 * differently: if a fact with that former identity and the same local time is stored, it stays that
 * fact. If two scans had the same former identity, one of them keeps it, whatever their order.
 * Pure.
 */
export function factNames(
  history: Pick<History, 'facts'>,
  reported: readonly Pick<ReportedFact, 'identity' | 'formerIdentity' | 'time'>[],
): readonly string[] {
  const names = reported.map(({ identity }) => hashIdentity(identity));
  const renamed = reported
    .flatMap(({ formerIdentity, time }, index) => {
      const name = names[index];
      if (formerIdentity === undefined || name === undefined || history.facts.has(name)) return [];
      const former = hashIdentity(formerIdentity);
      return wasReportedAt(history.facts.get(former), time.local) ? [{ name, former }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const used = new Map<string, string>();
  for (const { name, former } of renamed) if (!used.has(former)) used.set(former, name);
  const formerOf = new Map(renamed.map(({ name, former }) => [name, former]));
  return names.map((name) => {
    const former = formerOf.get(name);
    return former !== undefined && used.get(former) === name ? former : name;
  });
}

/** Whether the fact is known and one of its observations has this local time. */
function wasReportedAt(known: Fact | undefined, local: string | null): boolean {
  return known?.observations.some(({ time }) => time.local === local) ?? false;
}

/** Returns the code by which the carrier's staff would name a fact; empty when it has none. */
export function shownCode(manifest: Pick<AdapterManifest, 'codeShown'>, codes: CodeMatch): string {
  for (const key of manifest.codeShown) {
    const code = codes[key];
    if (code !== undefined) return code;
  }
  return '';
}
