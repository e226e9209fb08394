import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { adapterFolders, shippedPackages } from '../../src/adapters/index.ts';

/**
 * Checks that the hub's security depends on. Each is replaced by one that accepts everything, and
 * at least `RED_MIN` tests of `npm test` must then fail: `npm run test:guards`.
 */
export interface Guard {
  readonly name: string;
  /** From the root. */
  readonly file: string;
  /** The check itself. It occurs in the file exactly once. */
  readonly code: string;
  /** Accepts everything. */
  readonly instead: string;
  /** The tests of `npm test` to run: enough for `RED_MIN` of them to fail. */
  readonly tests: readonly string[];
}

export const RED_MIN = 3;

const HMAC = 'src/kernel/wire/hmac.ts';
const FORGERIES = 'src/http/api/carrier-webhooks/forgeries.test.ts';
const POOL = 'src/platform/database/pool.ts';
const EGRESS = ['src/platform/net/egress.test.ts'];
const DATABASE = ['src/platform/database/database.test.ts'];

const GUARDS: readonly Guard[] = [
  {
    name: 'comparison in constant time',
    file: HMAC,
    code: 'left.length === right.length && timingSafeEqual(left, right)',
    instead: 'left.length + right.length >= 0',
    tests: ['src/kernel/wire/hmac.test.ts'],
  },
  {
    name: 'HMAC comparison',
    file: HMAC,
    code: "secret !== '' && constantTimeEquals(offered, macWith(secret))",
    instead: 'secret === secret',
    tests: ['src/kernel/wire/hmac.test.ts'],
  },
  {
    name: 'comparison with live secrets',
    file: HMAC,
    code: "secret !== '' && constantTimeEquals(offered, secret)",
    instead: 'secret === secret',
    tests: ['src/kernel/wire/hmac.test.ts'],
  },
  {
    name: 'MAC of personal links',
    file: 'src/platform/sealing/signed-links.ts',
    code: '!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))',
    instead: 'mac === expected && mac !== expected',
    tests: ['src/platform/sealing/signed-links.test.ts'],
  },
  {
    name: 'role of a connection',
    file: POOL,
    code: "role === 'owner' ? []",
    instead: "role !== '' ? []",
    tests: DATABASE,
  },
  {
    name: 'role of a transaction through a pooler',
    file: POOL,
    code: '].map((each) =>',
    instead: '].slice(1).map((each) =>',
    tests: DATABASE,
  },
  {
    name: 'public addresses only',
    file: 'src/platform/net/egress.ts',
    code: 'isPublicAddress(address) || isAllowed(address)',
    instead: 'isPublicAddress(address) || !isPublicAddress(address)',
    tests: EGRESS,
  },
  {
    name: 'address of the connected socket',
    file: 'src/platform/net/egress/connect.ts',
    code: "!dialling.mayReach(tcp.remoteAddress ?? '')",
    instead: 'tcp.destroyed && !tcp.destroyed',
    tests: EGRESS,
  },
  {
    name: 'scopes of a key',
    file: 'src/http/kit/auth.ts',
    code: 'if (key.scopes.includes(scope)) return;',
    instead: 'if (key.scopes.length >= 0) return;',
    tests: ['src/http/kit/auth.test.ts'],
  },
  {
    name: 'scopes of an operator',
    file: 'src/merchants/members/member-sessions.ts',
    code: "if (scopes.includes('ops:write')) return 'write';",
    instead: "if (key.scopes.length >= 0) return 'write';",
    tests: ['src/http/api/ops/access.test.ts', 'src/http/api/ops/operators.test.ts'],
  },
  {
    name: 'roles at the desk',
    file: 'src/merchants/members/roles.ts',
    code: 'const isMembers = role !== null && allowed.includes(role);',
    instead: 'const isMembers = role !== null && ROLES.includes(role);',
    tests: ['src/merchants/members/roles.test.ts'],
  },
];

/** Includes future carriers: folders are scanned. */
export function guards(root: string): readonly Guard[] {
  const carriers = [
    ...adapterFolders().map(({ path }) => relative(root, path)),
    ...shippedPackages().map((name) => `packages/carriers/${name}`),
  ];
  return [...GUARDS, ...carriers.flatMap((folder) => verifierOf(root, folder))];
}

/** The forms of a verifier, each with the text around its verdict that accepts everything. */
const VERIFIERS: readonly (readonly [code: string, before: string, after: string])[] = [
  ['WebhookVerifier = { verify', 'WebhookVerifier = { verify: () => (', ')'],
  ['  verify({', '  verify: () => (', '),\n  verifyNothing({'],
  ['= hmacVerifier({', '= ((scheme) => ({ ...hmacVerifier(scheme), verify: () => (', ') }))({'],
];

function verifierOf(root: string, folder: string): readonly Guard[] {
  const file = `${folder}/webhook.ts`;
  if (!existsSync(`${root}/${file}`)) return [];
  const text = readFileSync(`${root}/${file}`, 'utf8');
  const [code, before, after] = VERIFIERS.find(([form]) => text.includes(form)) ?? [];
  if (code === undefined) {
    const forms = VERIFIERS.map(([form]) => `"${form.trim()}"`).join(', ');
    throw new Error(`${file}: expected a verifier in one of the forms ${forms}`);
  }
  const [trust = "trust: 'signed'"] = /trust: '(?:signed|secret)'/.exec(text) ?? [];
  const instead = `${before}{ ok: true, ${trust} }${after}`;
  return [{ name: `webhooks of ${basename(folder)}`, file, code, instead, tests: [FORGERIES] }];
}
