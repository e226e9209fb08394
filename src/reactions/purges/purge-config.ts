import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { englishIssue } from '../../platform/messages/error-text.ts';
import type { PurgeHttp, Purger } from './purger.ts';
import {
  CLOUDFLARE_ORIGIN,
  CLOUDFRONT_ORIGIN,
  cloudFrontPurger,
  cloudflarePurger,
  FASTLY_ORIGIN,
  fastlyPurger,
  httpPurger,
} from './purgers/purgers.ts';

/** The maximum number of caches, more than one hub has in front of it. */
const PURGERS_MAX = 10;

const name = z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected lower-case letters, digits and -');
const secret = z.string().min(1).max(4_096);
const url = z.url({ protocol: /^https?$/ });
const id = z.string().regex(/^[\w-]{1,64}$/, 'expected an id of letters, digits, _ and -');

const purger = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('http'),
    name: name.default('http'),
    url,
    method: z.enum(['PURGE', 'POST']).default('PURGE'),
    header: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of an HTTP header')
      .default('Cache-Tag'),
    token: secret.nullable().default(null),
  }),
  z.strictObject({
    type: z.literal('cloudflare'),
    name: name.default('cloudflare'),
    zone_id: id,
    token: secret,
    origin: url.default(CLOUDFLARE_ORIGIN),
  }),
  z.strictObject({
    type: z.literal('fastly'),
    name: name.default('fastly'),
    service_id: id,
    token: secret,
    soft: z.boolean().default(false),
    origin: url.default(FASTLY_ORIGIN),
  }),
  z.strictObject({
    type: z.literal('cloudfront'),
    name: name.default('cloudfront'),
    distribution_id: id,
    access_key_id: secret,
    secret_access_key: secret,
    origin: url.default(CLOUDFRONT_ORIGIN),
  }),
]);

const document = z.strictObject({
  purgers: z
    .array(purger)
    .max(PURGERS_MAX)
    .refine((all) => new Set(all.map((each) => each.name)).size === all.length, {
      error: 'two have the same name: give each its own `name`',
    }),
});

export type PurgerConfig = z.output<typeof purger>;

/** An error in the file, with line and member; never with a secret. */
export class PurgeConfigError extends Error {
  override readonly name = 'PurgeConfigError';
}

/**
 * Reads the operator's list of caches. `${NAME}` in a text stands for that variable of the
 * environment, so that the file holds no secrets.
 *
 * @throws PurgeConfigError
 */
export function readPurgers(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly PurgerConfig[] {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  const [broken] = yaml.errors;
  if (broken !== undefined) {
    throw new PurgeConfigError(
      `${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`,
    );
  }
  const missing = new Set<string>();
  const value = withVariables(yaml.toJS(), env, missing);
  if (missing.size > 0) {
    throw new PurgeConfigError(
      `${file}: ${[...missing].join(', ')} ${missing.size === 1 ? 'is' : 'are'} not set in the environment`,
    );
  }
  const read = document.safeParse(value);
  if (read.success) return read.data.purgers;
  /** The line of the member, or of the nearest parent if it is missing. */
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = yaml.getIn(path.slice(0, length), true);
      const range = (node as { range?: [number, number, number] } | undefined)?.range;
      if (range !== undefined) return `:${lines.linePos(range[0]).line}`;
    }
    return '';
  };
  const problems = read.error.issues.map(({ path, message }) => {
    return `${file}${lineOf(path)}: ${path.join('.') || 'the file'}: ${englishIssue(message)}`;
  });
  throw new PurgeConfigError(problems.join('\n'));
}

const REFERENCE = /\$\{([A-Z][A-Z0-9_]*)\}/g;

/**
 * Replaces `${NAME}` in all texts by the variables of the environment; adds the names that are not
 * set to `missing`.
 */
function withVariables(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  missing: Set<string>,
): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (_, key: string) => {
      const found = env[key];
      if (found === undefined) missing.add(key);
      return found ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((each) => withVariables(each, env, missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withVariables(member, env, missing)]),
  );
}

export function openPurgers(
  configs: readonly PurgerConfig[],
  http: PurgeHttp,
  nowMs: () => number,
): readonly Purger[] {
  return configs.map((config) => openPurger(config, http, nowMs));
}

function openPurger(config: PurgerConfig, http: PurgeHttp, nowMs: () => number): Purger {
  switch (config.type) {
    case 'http':
      return httpPurger(config, http);
    case 'cloudflare':
      return cloudflarePurger({ ...config, zoneId: config.zone_id }, http);
    case 'fastly':
      return fastlyPurger({ ...config, serviceId: config.service_id }, http);
    case 'cloudfront': {
      const keys = {
        distributionId: config.distribution_id,
        accessKeyId: config.access_key_id,
        secretAccessKey: config.secret_access_key,
      };
      return cloudFrontPurger({ ...config, ...keys }, http, nowMs);
    }
  }
}
