import type { Position } from '../intake/position.ts';
import type { Verdict } from '../judge-fix.ts';

/** What `courier_positions` has, in the order of `writeRow`. */
export const POSITION_COLUMNS =
  '(courier_id, at, lat, lng, accuracy_m, speed_kmh, heading, battery, verdict)';

/** As the table knows them. */
const VERDICT_NUMBERS: Readonly<Record<Verdict, number>> = {
  shown: 0,
  older: 1,
  inaccurate: 2,
  jump: 3,
};

/** A row at its longest in PostgreSQL's binary format for COPY. */
export const ROW_BYTES_MAX = 2 + 20 + 12 + 8 + 8 + 5 * 6;
const FIELDS = 9;
/** PostgreSQL's instants are microseconds since 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const SMALL_MAX = 32_767;
const PARTS_OF_A_DEGREE = 10_000_000;
const HIGH = 2 ** 32;

/** Writes one row; returns where the next one begins. */
export function writeRow(
  into: Buffer,
  from: number,
  courier: Uint8Array,
  position: Position,
  verdict: Verdict,
): number {
  let at = from;
  at = into.writeInt16BE(FIELDS, at);
  at = into.writeInt32BE(16, at);
  into.set(courier, at);
  at = into.writeInt32BE(8, at + 16);
  // By halves: a BigInt for each row would cost more than the row.
  const micros = (position.atMs - EPOCH_MS) * 1_000;
  const high = Math.floor(micros / HIGH);
  at = into.writeInt32BE(high, at);
  at = into.writeUInt32BE(micros - high * HIGH, at);
  at = into.writeInt32BE(4, at);
  at = into.writeInt32BE(Math.round(position.lat * PARTS_OF_A_DEGREE), at);
  at = into.writeInt32BE(4, at);
  at = into.writeInt32BE(Math.round(position.lng * PARTS_OF_A_DEGREE), at);
  at = writeSmall(into, at, position.accuracyM);
  at = writeSmall(into, at, position.speedKmh);
  at = writeSmall(into, at, position.heading);
  at = writeSmall(into, at, position.battery);
  return writeSmall(into, at, VERDICT_NUMBERS[verdict]);
}

function writeSmall(into: Buffer, at: number, value: number | null): number {
  if (value === null) return into.writeInt32BE(-1, at);
  return into.writeInt16BE(Math.min(SMALL_MAX, Math.round(value)), into.writeInt32BE(2, at));
}
