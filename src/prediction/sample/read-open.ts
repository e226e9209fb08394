import { collectParcels } from './collect-parcels.ts';
import { type CellOf, parcelOf, type ReadParcels, readParcels } from './read-parcels.ts';

/** A CSV as `readParcels` reads it, or JSON: one array of objects with the same names. */
export function readParcelsOf(text: string): ReadParcels {
  return /^\s*\[/.test(text) ? readJson(text) : readParcels(text);
}

function readJson(text: string): ReadParcels {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, line: 1, reason: 'is not JSON' };
  }
  if (!Array.isArray(value)) return { ok: false, line: 1, reason: 'is not a JSON array' };
  return {
    ok: true,
    ...collectParcels(
      value.map((item: unknown, nr) => ({
        line: nr + 1,
        read: (onFault) => parcelOf(cellsOf(item), onFault),
      })),
    ),
  };
}

/** An object's texts and numbers; other members count as empty. */
function cellsOf(item: unknown): CellOf {
  const cells = new Map<string, unknown>(
    typeof item === 'object' && item !== null ? Object.entries(item) : [],
  );
  return (column) => {
    const value = cells.get(column);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
}
