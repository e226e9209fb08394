/** The size of the server's log segments; initdb is given no other. */
export const SEGMENT_BYTES = 16 * 1_048_576;
const SEGMENTS_A_GROUP = 0x1_0000_0000 / SEGMENT_BYTES;

/** Reads a position in the log as a number of bytes; PostgreSQL writes it `16/B374D848`. */
export function lsnOf(text: string): bigint {
  const found = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (found === null) throw new Error(`${text} is no place in the log`);
  const [high, low] = found.slice(1, 3).map((hex) => BigInt(`0x${hex}`)) as [bigint, bigint];
  return high * 0x1_0000_0000n + low;
}

/** The name of the segment that contains the byte, such as `000000010000000000000003`. */
export function segmentAt(timeline: number, lsn: bigint): string {
  const nr = Number(lsn / BigInt(SEGMENT_BYTES));
  const parts = [timeline, Math.floor(nr / SEGMENTS_A_GROUP), nr % SEGMENTS_A_GROUP];
  return parts.map((part) => part.toString(16).toUpperCase().padStart(8, '0')).join('');
}

/** The position of the segment's first byte, as PostgreSQL writes it. */
export function startOf(segment: string): string {
  const nr = numberOf(segment);
  const low = (nr % SEGMENTS_A_GROUP) * SEGMENT_BYTES;
  return `${hex(Math.floor(nr / SEGMENTS_A_GROUP))}/${hex(low)}`;
}

export function segmentAfter(segment: string): string {
  const next = BigInt(numberOf(segment) + 1) * BigInt(SEGMENT_BYTES);
  return segmentAt(Number.parseInt(segment.slice(0, 8), 16), next);
}

function numberOf(segment: string): number {
  const [group, within] = [segment.slice(8, 16), segment.slice(16)].map((part) =>
    Number.parseInt(part, 16),
  ) as [number, number];
  return group * SEGMENTS_A_GROUP + within;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase();
}
