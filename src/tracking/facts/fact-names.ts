import type { AdapterManifest, CodeMatch, ReportedFact } from '../../adapters/contract/contract.ts';
import { instantMs } from '../../kernel/time/place-time.ts';
import type { Fact, History } from './history.ts';
import { hashIdentity } from './identity.ts';

/**
 * Returns the identities under which the facts of one report are recorded, in their order. The
 * adapter's identity applies, except for a fact that an earlier version of the adapter named
 * differently: if a fact with that former identity and the same local time is stored, it stays that
 * fact. So does a fact that was stored by its time in UTC and now comes in local time, or the other
 * way round. If two scans had the same former identity, one of them keeps it, whatever their order.
 * Pure.
 */
export function factNames(
  history: Pick<History, 'facts'>,
  reported: readonly Named[],
): readonly string[] {
  const names = reported.map(({ identity }) => hashIdentity(identity));
  const renamed = reported
    .flatMap((fact, index) => {
      const name = names[index];
      if (name === undefined || history.facts.has(name)) return [];
      const former = formerName(history, fact) ?? nameInUtc(history, fact, new Set(names));
      return former === null ? [] : [{ name, former }];
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

type Named = Pick<ReportedFact, 'identity' | 'formerIdentity' | 'time'>;

function formerName(
  { facts }: Pick<History, 'facts'>,
  { formerIdentity, time }: Named,
): string | null {
  if (formerIdentity === undefined) return null;
  const former = hashIdentity(formerIdentity);
  return wasReportedAt(facts.get(former), time.local) ? former : null;
}

/**
 * The stored fact of the same instant, if either that or this one has its time in UTC: an identity
 * contains the local time. Offsets of other facts of the parcel are tried.
 */
function nameInUtc(
  { facts }: Pick<History, 'facts'>,
  { identity, time }: Named,
  reported: ReadonlySet<string>,
): string | null {
  const { local, offsetMin } = time;
  const atMs = instantMs(time);
  if (local === null || offsetMin === null || atMs === null || local.length < 16) return null;
  const times = [...facts.values()].flatMap((fact) => fact.observations.map((seen) => seen.time));
  const offsets = offsetMin === 0 ? new Set(times.map((seen) => seen.offsetMin)) : [0];
  for (const offset of offsets) {
    if (offset === null || offset === offsetMin) continue;
    const other = new Date(atMs + offset * MINUTE_MS).toISOString();
    const isTime = (part: string) => part.length >= 10 && local.startsWith(part);
    const twin = hashIdentity(
      identity.map((part) => (isTime(part) ? other.slice(0, part.length) : part)),
    );
    const known = reported.has(twin) ? undefined : facts.get(twin);
    if (known?.observations.some((seen) => isSameMinute(instantMs(seen.time), atMs))) return twin;
  }
  return null;
}

const MINUTE_MS = 60_000;

function isSameMinute(a: number | null, b: number): boolean {
  return a !== null && Math.floor(a / MINUTE_MS) === Math.floor(b / MINUTE_MS);
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
