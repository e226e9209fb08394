import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SETTING_NAMES } from '../../src/platform/settings/config.ts';
import { ROOT } from '../docs/blocks.ts';

const textOf = (file: string) => readFileSync(join(ROOT, 'deploy', file), 'utf8');
const namesIn = (text: string) =>
  [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(String);

const PREFIXES = SETTING_NAMES.filter((name) => name.endsWith('<CARRIER>')).map((name) =>
  name.slice(0, -'<CARRIER>'.length),
);
const isSetting = (name: string) =>
  SETTING_NAMES.includes(name) || PREFIXES.some((prefix) => name.startsWith(prefix));

const CHART = 'helm/waybill';
const templates = readdirSync(join(ROOT, 'deploy', CHART, 'templates')).map((name) => ({
  name,
  text: textOf(`${CHART}/templates/${name}`),
}));
const settings = z.record(z.string(), z.string());
const values = z
  .looseObject({
    settings,
    roles: z.record(
      z.string(),
      z.strictObject({
        roles: z.string(),
        replicas: z.int().min(1),
        resources: z.looseObject({ requests: settings, limits: settings }),
      }),
    ),
  })
  .parse(parse(textOf(`${CHART}/values.yaml`)));

const service = z.looseObject({
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.looseObject({}).optional(),
  build: z.string().optional(),
  image: z.string().optional(),
});
const compose = z
  .strictObject({
    'x-hub': service,
    services: z.record(z.string(), service),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(textOf('compose/compose.yaml'), { merge: true }));
const hubs = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);

const UNITS = ['waybill.service', 'waybill@.service'];

describe('the settings that deployments pass to a hub exist', () => {
  const alerts: [string, readonly string[]][] = [
    ['the chart’s values', Object.keys(values.settings)],
    [
      'the Secret that the chart wants',
      namesIn(textOf(`${CHART}/values.yaml`)).filter((name) => name !== 'WAYBILL_WEBHOOK_SECRET_'),
    ],
    ['the chart’s templates', templates.flatMap(({ text }) => namesIn(text))],
    ['compose', hubs.flatMap(([, { environment }]) => Object.keys(environment))],
    ['compose’s secrets', namesIn(textOf('compose/secrets.env.example'))],
    [
      'the units',
      UNITS.flatMap((unit) =>
        namesIn(/^Environment=.*$/m.exec(textOf(`systemd/${unit}`))?.[0] ?? ''),
      ),
    ],
    ['the units’ settings', namesIn(textOf('systemd/waybill.env.example'))],
  ];
  it.each(alerts)('%s', (_where, names) => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !isSetting(name) && name !== 'NODE_ENV')).toEqual([]);
  });
});

describe('each role has a place', () => {
  const ROLES = ['api', 'poller', 'webhooks', 'worker'];

  it('in the chart', () => {
    const named = Object.values(values.roles).flatMap(({ roles }) => roles.split(','));
    expect(named.sort()).toEqual(ROLES);
  });

  it('in compose', () => {
    const named = hubs.map(([, { environment }]) => environment['WAYBILL_ROLES']);
    expect(named.sort()).toEqual(ROLES);
  });
});

describe('compose', () => {
  it('waits only for services that exist and can be waited for', () => {
    for (const [name, { depends_on: waits }] of Object.entries(compose.services)) {
      for (const [other, { condition }] of Object.entries(waits)) {
        const it = compose.services[other];
        expect([name, other, it !== undefined]).toEqual([name, other, true]);
        // The image of a hub has a health check of its own.
        const tells = it?.healthcheck !== undefined || it?.build !== undefined;
        expect([name, other, condition !== 'service_healthy' || tells]).toEqual([
          name,
          other,
          true,
        ]);
      }
    }
  });

  it('mounts declared volumes, and existing files', () => {
    const from = Object.values(compose.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    for (const source of from) {
      if (source.startsWith('./')) expect(textOf(join('compose', source))).not.toBe('');
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('pins every image', () => {
    const images = Object.values(compose.services).flatMap(({ image }) => image ?? []);
    expect(images.filter((image) => !/:[\w.-]*\d/.test(image))).toEqual([]);
  });
});

describe('the chart', () => {
  it('uses existing values', () => {
    const files = templates.flatMap(({ name, text }) =>
      [...text.matchAll(/\.Values((?:\.\w+)+)/g)].map(([, path = '']) => ({ name, path })),
    );
    const lost = files.filter(({ path }) => {
      const found = path
        .split('.')
        .slice(1)
        .reduce<unknown>((at, key) => z.looseObject({}).safeParse(at).data?.[key], values);
      return found === undefined;
    });
    expect(files.length).toBeGreaterThan(15);
    expect(lost).toEqual([]);
  });

  it('includes defined templates, and closes every block', () => {
    const all = templates.map(({ text }) => text).join('\n');
    const defined = [...all.matchAll(/define "([^"]+)"/g)].map(([, name]) => name);
    const included = [...all.matchAll(/include "([^"]+)"/g)].map(([, name]) => name);
    expect(included.filter((name) => !defined.includes(name))).toEqual([]);
    for (const { name, text } of templates) {
      const opened = [...text.matchAll(/\{\{-? *(?:if|range|with|define) /g)].length;
      const ended = [...text.matchAll(/\{\{-? *end *-?\}\}/g)].length;
      expect([name, opened]).toEqual([name, ended]);
    }
  });

  it('contains no secret as text: they come from the named Secret', () => {
    const secret = /PASSWORD|SECRET|MASTER_KEY|TOKEN|DATABASE_URL|REDIS_URL/;
    expect(Object.keys(values.settings).filter((name) => secret.test(name))).toEqual([]);
    const named = templates.flatMap(({ text }) => [...text.matchAll(/- name: ([A-Z_]+)\n/g)]);
    expect(named.map(([, name]) => name ?? '').filter((name) => secret.test(name))).toEqual([]);
  });
});

describe('the units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-units-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  const isHere = analyze('--version').error === undefined;
  if (!isHere) process.stderr.write('SKIPPED: the units are not verified: no systemd-analyze\n');
  /** Node's location differs, and verifying checks that it exists. */
  const here = (unit: string) => {
    const path = join(folder, unit);
    writeFileSync(path, textOf(`systemd/${unit}`).replace('/usr/bin/node', process.execPath));
    return path;
  };

  it.skipIf(!isHere).for(UNITS)('%s is accepted by systemd', (unit) => {
    const { status, stderr } = analyze('verify', '--man=no', here(unit));
    expect([status, stderr.includes(unit) ? stderr : '']).toEqual([0, '']);
  });

  it.each(UNITS)('%s restricts the hub', (unit) => {
    const text = textOf(`systemd/${unit}`);
    for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'CapabilityBoundingSet=']) {
      expect(text).toContain(`\n${line}\n`);
    }
  });
});
