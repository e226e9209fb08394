import { z } from 'zod';
import { PackageFailure } from './calls.ts';
import { RESULT_CHARACTERS_MAX } from './limits.ts';

/** The member that replaces bytes in a result. */
const BYTES = '$bytes';
const bytes = z.strictObject({ [BYTES]: z.base64() });

/**
 * Returns a result of a package as JSON. References that several members share are written each
 * time: as structured data, a small result could have more paths than anyone can walk.
 */
export function packResult(value: unknown): string {
  const json = JSON.stringify(value, replaceBytes) ?? 'null';
  assertShort(json);
  return json;
}

/** Returns the value. Throws `PackageFailure` for what `packResult` would not have returned. */
export function unpackResult(json: unknown): unknown {
  if (typeof json !== 'string') throw new PackageFailure('its result is no JSON');
  assertShort(json);
  return JSON.parse(json, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || !(BYTES in member)) return member;
    const read = bytes.safeParse(member);
    return read.success ? Buffer.from(read.data[BYTES], 'base64') : null;
  });
}

function assertShort(json: string): void {
  if (json.length <= RESULT_CHARACTERS_MAX) return;
  throw new PackageFailure(`its result is longer than ${RESULT_CHARACTERS_MAX} characters`);
}

function replaceBytes(this: Readonly<Record<string, unknown>>, name: string, member: unknown) {
  // The member itself is what `Buffer.toJSON` made of the bytes.
  const value = this[name];
  if (!ArrayBuffer.isView(value)) return member;
  const { buffer, byteOffset, byteLength } = value;
  return { [BYTES]: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}
