import type { Tenant } from '../../kernel/tenant.ts';
import { type Keyring, open, SealBroken, seal } from '../sealing/sealing.ts';
import { SHARDS } from './event-log.ts';

/** The last position read in each shard; 0 before its first. */
export type Positions = readonly bigint[];

export function startOfLog(): Positions {
  return new Array<bigint>(SHARDS).fill(0n);
}

/**
 * Seals a cursor for the tenant: positions are counted over the whole installation, so that two
 * readable cursors would reveal to one merchant how much happens at all others.
 */
export function sealCursor(keyring: Keyring, tenant: Tenant, positions: Positions): string {
  const bytes = Buffer.concat([Buffer.from([VERSION]), ...positions.map(varint)]);
  return seal(keyring, bytes, boundTo(tenant)).toString('base64url');
}

/**
 * Opens a cursor; null for anything that we did not issue to this tenant, or issued under a removed
 * key.
 */
export function openCursor(keyring: Keyring, tenant: Tenant, text: string): Positions | null {
  if (text.length > CURSOR_CHARS_MAX || !/^[\w-]+$/.test(text)) return null;
  try {
    const bytes = open(keyring, Buffer.from(text, 'base64url'), boundTo(tenant));
    return bytes[0] === VERSION ? readVarints(bytes.subarray(1)) : null;
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

const VERSION = 1;
/** A position has at most 63 bits, 9 bytes as a varint; the seal adds 45 bytes, Base64 a third. */
export const CURSOR_CHARS_MAX = Math.ceil(((1 + SHARDS * 9 + 64) * 4) / 3);

const boundTo = ({ merchantId, mode }: Tenant): string => `events cursor:${merchantId}:${mode}`;

/** Writes seven bits per byte, the lowest first; the eighth says that more follow (LEB128). */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

function readVarints(bytes: Uint8Array): Positions | null {
  const positions: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if ((byte & 0x80) !== 0) continue;
    positions.push(value);
    value = 0n;
    shift = 0n;
  }
  return positions.length === SHARDS && shift === 0n ? positions : null;
}
