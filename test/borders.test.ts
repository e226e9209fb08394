import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * Tests each border: a small tree that breaks every rule of .dependency-cruiser.cjs once; `npm run
 * borders` checks the real one.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)(
  join(ROOT, '.dependency-cruiser.cjs'),
) as { forbidden: IForbiddenRuleType[]; options: Record<string, unknown> };

/** [rule, importing file, imported file] */
const BREACHES: readonly (readonly [string, string, string])[] = [
  ['kernel-imports', 'kernel/word.ts', '../platform/machine.ts'],
  ['events-imports', 'events/eager.ts', '../platform/machine.ts'],
  ['platform-imports', 'platform/eager.ts', '../intake/index.ts'],
  ['merchants-imports', 'merchants/eager.ts', '../intake/index.ts'],
  ['adapters-imports', 'adapters/registry/scan.ts', '../../tracking/ports/shipments.ts'],
  ['sandbox-kit-imports', 'adapters/sandbox-kit/nosy.ts', '../contract/contract.ts'],
  ['adapter-kit-imports', 'packages/adapter-kit/nosy.ts', '../../src/tracking/ports/shipments.ts'],
  ['hub-without-adapter-kit', 'cli/hasty.ts', '../../packages/adapter-kit/index.ts'],
  ['intake-imports', 'intake/nosy.ts', '../normalization/index.ts'],
  ['webhooks-imports', 'webhooks/nosy.ts', '../poller/index.ts'],
  ['poller-imports', 'poller/nosy.ts', '../tracking/ports/shipments.ts'],
  ['fleet/couriers-imports', 'fleet/couriers/nosy.ts', '../../webhooks/index.ts'],
  ['fleet/positions-imports', 'fleet/positions/nosy.ts', '../../webhooks/index.ts'],
  ['core-without-fleet', 'http/homely.ts', '../fleet/index.ts'],
  ['core-without-fleet', 'cli/homely.ts', '../fleet/index.ts'],
  ['driver-runs-anywhere', 'fleet/driver/nosy.ts', '../../kernel/index-word.ts'],
  ['fleet/driver-app-imports', 'fleet/driver-app/nosy.ts', '../../kernel/index-word.ts'],
  ['normalization-imports', 'normalization/nosy.ts', '../intake/index.ts'],
  ['tracking-imports', 'tracking/nosy.ts', '../reactions/mail/index.ts'],
  ['reactions-imports', 'reactions/mail/nosy.ts', '../../normalization/index.ts'],
  ['fleet/dispatch-imports', 'fleet/dispatch/nosy.ts', '../../tracking/ports/shipments.ts'],
  ['fleet/deliveries-imports', 'fleet/deliveries/nosy.ts', '../../webhooks/index.ts'],
  ['prediction-imports', 'prediction/nosy.ts', '../tracking/ports/shipments.ts'],
  ['shops-imports', 'shops/nosy.ts', '../http/index.ts'],
  ['shop-platforms-apart', 'shops/platforms/acme/nosy.ts', '../../../intake/index.ts'],
  ['http-imports', 'http/nosy.ts', '../cli/program.ts'],
  ['nothing-imports-the-cli', 'http/nosy.ts', '../cli/program.ts'],
  ['only-the-cli-imports-the-app', 'http/curious.ts', '../app/start.ts'],
  ['reactions-apart', 'reactions/mail/chatty.ts', '../live/index.ts'],
  ['carrier-alone', 'adapters/acme/copy.ts', '../bolt/parse.ts'],
  ['carrier-package-alone', 'packages/carriers/acme/copy.ts', '../bolt/parse.ts'],
  ['carrier-does-no-io', 'adapters/acme/call.ts', 'node:https'],
  ['carrier-does-no-io', 'packages/carriers/acme/call.ts', 'node:https'],
  ['sandbox-is-independent', 'adapters/acme/sandbox.ts', './parse.ts'],
  ['sandbox-is-independent', 'packages/carriers/acme/sandbox.ts', './copy.ts'],
  ['adapters-name-no-carrier', 'intake/partial.ts', '../adapters/acme/index.ts'],
  ['borders-by-index', 'http/deep.ts', '../tracking/fold/fold.ts'],
  ['running-is-composed', 'http/driven.ts', '../tracking/ports/running.ts'],
  ['tracking-inside', 'tracking/roundabout.ts', './ports/shipments.ts'],
  ['sql-stays-home', 'http/query.ts', '../tracking/rows.sql.ts'],
  ['drivers-stay-in-platform', 'tracking/connect.ts', 'pg'],
  ['pure-no-platform', 'tracking/instances/instances.ts', '../../platform/machine.ts'],
  ['pure-no-io', 'tracking/fold/fold.ts', 'node:fs'],
  ['pure-no-io', 'prediction/chain/choose.ts', 'node:fs'],
  ['no-tests-in-the-product', 'tracking/cheat.ts', './test-tracking.ts'],
  ['no-development-packages', 'tracking/random.ts', 'fast-check'],
  ['no-undeclared-packages', 'tracking/found.ts', 'pg-pool'],
  ['resolvable', 'tracking/lost.ts', './nowhere.ts'],
  ['no-circles', 'tracking/egg.ts', './hen.ts'],
  ['no-orphans', 'tracking/lonely.ts', ''],
];

/** Files that break no rule, as import targets; and imports that must be allowed. */
const LAWFUL: readonly (readonly [string, string])[] = [
  ['kernel/index-word.ts', './word.ts'],
  ['platform/machine.ts', 'node:fs'],
  ['events/event.ts', '../kernel/index-word.ts'],
  ['poller/notified.ts', '../events/event.ts'],
  ['intake/index.ts', '../adapters/contract/contract.ts'],
  ['adapters/contract/contract.ts', '../../kernel/index-word.ts'],
  ['adapters/sandbox-kit/index.ts', '../../platform/machine.ts'],
  ['adapters/sdk.ts', './contract/contract.ts'],
  ['packages/adapter-kit/index.ts', '../../src/adapters/sdk.ts'],
  ['packages/carriers/bolt/parse.ts', '../../../src/adapters/sdk.ts'],
  ['packages/carriers/bolt/sandbox.ts', '../../../src/adapters/sandbox-kit/index.ts'],
  ['adapters/bolt/sandbox.ts', '../sandbox-kit/index.ts'],
  ['adapters/acme/index.ts', './parse.ts'],
  ['adapters/acme/parse.ts', '../contract/contract.ts'],
  ['adapters/bolt/parse.ts', '../contract/contract.ts'],
  ['normalization/index.ts', './files/mapping-files.ts'],
  ['normalization/files/mapping-files.ts', 'node:fs'],
  ['webhooks/index.ts', '../intake/index.ts'],
  ['poller/index.ts', '../platform/machine.ts'],
  ['tracking/ports/shipments.ts', '../facts/identity.ts'],
  ['tracking/ports/running.ts', '../facts/identity.ts'],
  ['app/start.ts', '../tracking/ports/running.ts'],
  ['tracking/facts/identity.ts', 'node:crypto'],
  ['tracking/rows.sql.ts', '../kernel/index-word.ts'],
  ['tracking/hen.ts', './egg.ts'],
  ['tracking/test-tracking.ts', 'fast-check'],
  ['tracking/deep.test.ts', '../intake/nosy.ts'],
  ['reactions/mail/index.ts', '../../tracking/ports/shipments.ts'],
  ['reactions/live/index.ts', '../../tracking/ports/shipments.ts'],
  ['merchants/index.ts', '../platform/machine.ts'],
  ['intake/keyed.ts', '../merchants/index.ts'],
  ['app/start.ts', '../http/index.ts'],
  ['app/fleet.ts', '../fleet/index.ts'],
  ['fleet/index.ts', '../http/kit/route.ts'],
  ['http/kit/route.ts', '../../kernel/index-word.ts'],
  ['cli/program.ts', '../app/start.ts'],
  ['http/index.ts', '../reactions/live/index.ts'],
  ['prediction/index.ts', '../platform/machine.ts'],
  ['prediction/calendar/texts-file.ts', 'node:fs'],
  ['http/expect.ts', '../prediction/index.ts'],
];

let tree: string;
let found: Set<string>;

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'waybill-borders-'));
  for (const [from, to] of [...BREACHES.map(([, from, to]) => [from, to] as const), ...LAWFUL]) {
    const file = join(tree, from.startsWith('packages/') ? '' : 'src', from);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, to === '' ? 'export const nothing = 0;\n' : `import '${to}';\n`);
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const file of ['package.json', 'tsconfig.json'])
    symlinkSync(join(ROOT, file), join(tree, file));
  const { tsConfig: _, ...rest } = options;
  const result = await cruise(['src', 'packages'], {
    ...rest,
    baseDir: tree,
    validate: true,
    preserveSymlinks: true,
    ruleSet: { forbidden },
  });
  const { violations } = (result.output as ICruiseResult).summary;
  found = new Set(violations.map(({ rule, from }) => `${rule.name}: ${from.replace('src/', '')}`));
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

it.each(BREACHES)('%s stops %s from importing "%s"', (rule, from) => {
  expect([...found]).toContain(`${rule}: ${from}`);
});

it('leaves lawful imports alone', () => {
  const lawful = new Set(LAWFUL.map(([from]) => from));
  expect([...found].filter((each) => lawful.has(each.split(': ')[1] ?? ''))).toEqual([]);
});

it('every rule states its reason and what to do instead, and has a breach here', () => {
  const tried = new Set<string | undefined>(BREACHES.map(([rule]) => rule));
  expect(forbidden.filter(({ comment }) => (comment ?? '').length < 60)).toEqual([]);
  expect(forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});
