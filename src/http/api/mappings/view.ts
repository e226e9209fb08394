import { documentedCoverage } from '../../../normalization/index.ts';
import { iso } from '../../../tracking/index.ts';
import type { OpsParts } from '../ops/ops-parts.ts';

/** A carrier's mapping as API and console show it; JSON-ready. */
export async function mappingView(parts: OpsParts, carrier: string) {
  const manifest = parts.carrier(carrier);
  const active = parts.mappings.active(carrier);
  const mapping = parts.mappings.current(carrier);
  return {
    carrier,
    display_name: manifest.displayName,
    version: active?.version ?? mapping?.version ?? null,
    generation: active?.generation ?? 0,
    since: iso(active?.activatedAtMs ?? null),
    by: active?.activatedBy ?? null,
    why: active?.why ?? null,
    files_version: active?.filesVersion ?? null,
    previous_version: active?.previousVersion ?? null,
    rolled_back: active?.rolledBack ?? false,
    rules: mapping?.rules.length ?? 0,
    documented: await documentedOf(parts, carrier),
  };
}

export type MappingView = Awaited<ReturnType<typeof mappingView>>;

async function documentedOf(parts: OpsParts, carrier: string) {
  const found = await documentedWithUnmapped(parts, carrier);
  if (found === null) return null;
  const { codes, mapped, reviewed, share } = found;
  return { codes, mapped, reviewed, share };
}

/**
 * How many of a carrier's documented codes its mapping covers, with those that it lacks; null while
 * the carrier has no active mapping.
 */
export async function documentedWithUnmapped(parts: OpsParts, carrier: string) {
  const mapping = parts.mappings.current(carrier);
  if (mapping === null) return null;
  const { codeKinds } = parts.carrier(carrier);
  const list = await parts.documentedOf(carrier);
  const { codes, mapped, reviewed, share, unmapped } = documentedCoverage(mapping, list, codeKinds);
  return { codes, mapped, reviewed, share, unmapped: unmapped.slice(0, UNMAPPED_SHOWN) };
}

/** Longer lists of gaps are for the command's output. */
const UNMAPPED_SHOWN = 500;
