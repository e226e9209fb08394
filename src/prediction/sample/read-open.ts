import type { Parcel } from './parcel.ts';
import {
  type CellOf,
  type ParcelsRead,
  parcelOf,
  type ReadParcels,
  readParcels,
} from './read-parcels.ts';

/** A CSV as `readParcels` reads it, or JSON: one array of objects with the same names. */
export function readParcelsOf(text: string): ReadParcels {
  return /^\s*\[/.test(text) ? readJson(text) : readParcels(text);
}

function readJson(text: string): ReadParcels {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, line: 1, reason: 'is no JSON' };
  }
  if (!Array.isArray(value)) return { ok: false, line: 1, reason: 'is no JSON array' };
  const parcels: Parcel[] = [];
  const faults: ParcelsRead['faults'][number][] = [];
  for (const [nr, item] of value.entries()) {
    const parcel = parcelOf(cellsOf(item), (fate, reason) =>
      faults.push({ line: nr + 1, fate, reason }),
    );
    if (parcel !== null) parcels.push(parcel);
  }
  const refused = faults.filter(({ fate }) => fate === 'refused').length;
  return { ok: true, parcels, faults, refused, mended: faults.length - refused };
}

/** Of an object its texts and numbers; what else stands there is as good as empty. */
function cellsOf(item: unknown): CellOf {
  const cells = new Map<string, unknown>(
    typeof item === 'object' && item !== null ? Object.entries(item) : [],
  );
  return (column) => {
    const value = cells.get(column);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
}
