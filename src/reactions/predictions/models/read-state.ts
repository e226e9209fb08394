import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import {
  type Model,
  ModelUnusable,
  modelFromJson,
  modelToJson,
} from '../../../prediction/index.ts';

/** Size of an unpacked model; anything larger is not one of ours. */
const STATE_BYTES_MAX = 512 * 1_048_576;

const unpack = promisify(gunzip);

/** A model in its stored form. */
export interface PackedModel {
  /** gzip of JSON. */
  readonly state: Uint8Array;
  /** SHA-256 of it. */
  readonly digest: Uint8Array;
}

/** The same model gives the same bytes. */
export function packModel(model: Model): PackedModel {
  const state = gzipSync(JSON.stringify(modelToJson(model)));
  return { state, digest: digestOf(state) };
}

/** Rejects with `ModelUnusable` and the reason, for any bytes. */
export async function unpackModel(stored: {
  readonly state: Uint8Array | null;
  readonly digest: Uint8Array | null;
}): Promise<Model> {
  const { state, digest } = stored;
  if (state === null || digest === null) throw new ModelUnusable('its state was deleted');
  if (!digestOf(state).equals(digest)) {
    throw new ModelUnusable('its state is damaged: the digest does not match');
  }
  const text = await unpack(state, { maxOutputLength: STATE_BYTES_MAX }).catch(() => {
    throw new ModelUnusable('its state is not gzip');
  });
  return modelFromJson(jsonOf(text.toString('utf8')));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelUnusable('its state is not JSON');
  }
}

function digestOf(state: Uint8Array): Buffer {
  return createHash('sha256').update(state).digest();
}
