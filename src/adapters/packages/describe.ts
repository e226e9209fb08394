import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The functions of a `CarrierAdapter` that a package may have, by their path in it. */
const FUNCTIONS = [
  'numbers.normalize',
  'numbers.recognise',
  'parse',
  'webhook.keyId',
  'webhook.verify',
  'webhook.refusedByHeaders',
  'webhook.acknowledge',
  'webhook.handshake',
  'webhook.sign',
  'access.headers',
  'access.verify.request',
  'access.verify.read',
  'access.token.request',
  'access.token.read',
  'track',
  'bridge.register',
  'bridge.stop',
  'bridge.quota',
  'subscribe',
  'proofOfDelivery',
  'pickupPoints',
  'redirectOptions',
  'redirect',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

const description = z.strictObject({
  /** The adapter without its functions. */
  data: z.record(z.string(), z.unknown()),
  functions: z.array(z.enum(FUNCTIONS)),
  /** The module's `export const mapping` as a path; null if there is none. */
  mapping: z.string().nullable(),
});

/** What a package's module exports, as plain data. */
export type PackageDescription = z.output<typeof description>;

/** Describes a module. Pure; throws if it exports no adapter. */
export function describeModule(module: unknown): PackageDescription {
  const adapter = memberOf(module, 'adapter');
  if (!isObject(adapter)) {
    throw new Error('exports no adapter; export `adapter`, a CarrierAdapter');
  }
  // `scans` is reserved for the hub's own couriers.
  const { scans: _, ...data } = JSON.parse(JSON.stringify(adapter));
  return {
    data,
    functions: FUNCTIONS.filter((name) => typeof functionOf(adapter, name).call === 'function'),
    mapping: mappingPath(memberOf(module, 'mapping')),
  };
}

/**
 * The path of a package's mapping, if the package names it by `export const mapping`: a file URL or
 * an absolute path. Otherwise null.
 */
export function mappingPath(mapping: unknown): string | null {
  if (mapping instanceof URL) return mapping.protocol === 'file:' ? fileURLToPath(mapping) : null;
  return typeof mapping === 'string' && isAbsolute(mapping) ? mapping : null;
}

/** Validates a description from a file or another process. Throws if it is none. */
export function readDescription(value: unknown): PackageDescription {
  return description.parse(value);
}

/** Returns an adapter's function and the object that it is a member of. */
export function functionOf(adapter: unknown, name: FunctionName) {
  const path = name.split('.');
  const self = path.slice(0, -1).reduce(memberOf, adapter);
  return { self, call: memberOf(self, path.at(-1) ?? '') };
}

/** Builds an adapter from a description; `make` provides the functions. */
export function buildAdapter(
  { data, functions }: PackageDescription,
  make: (name: FunctionName) => (...args: readonly unknown[]) => unknown,
): Readonly<Record<string, unknown>> {
  const adapter = structuredClone(data);
  for (const name of functions) {
    const { self } = functionOf(adapter, name);
    if (isObject(self)) Reflect.set(self, name.split('.').at(-1) ?? '', make(name));
  }
  return adapter;
}

export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
