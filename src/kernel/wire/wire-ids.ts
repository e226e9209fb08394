import { isUuid } from '../ids.ts';

/** The prefix of such an object's id on the wire; inside the hub it is the UUID alone. */
const WIRE_KINDS = {
  courier: 'cou',
  device: 'dev',
  stop: 'sto',
  delivery: 'del',
  pause: 'pau',
  shift: 'shf',
  tracker: 'trk',
  hook: 'hook',
  event: 'evt',
  payload: 'payload',
} as const;
export type WireKind = keyof typeof WIRE_KINDS;

/** `cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80` of a UUID. */
export function wireId(kind: WireKind, uuid: string): string {
  return `${WIRE_KINDS[kind]}_${uuid.replaceAll('-', '')}`;
}

/** The UUID behind an id of the wire; null for anything else. */
export function uuidOfWireId(kind: WireKind, text: string): string | null {
  const hex = new RegExp(`^${WIRE_KINDS[kind]}_([0-9a-f]{32})$`).exec(text)?.[1];
  if (hex === undefined) return null;
  const uuid = [0, 8, 12, 16, 20]
    .map((from, index, all) => hex.slice(from, all[index + 1]))
    .join('-');
  return isUuid(uuid) ? uuid : null;
}
