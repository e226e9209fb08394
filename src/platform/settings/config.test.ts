import { describe, expect, test } from 'vitest';
import { ConfigError, carrierSettingName, readConfig, SETTING_NAMES } from './config.ts';
import { readSettings } from './yaml-settings.ts';

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.faults.map(({ setting, found }) => [setting, found]));
  }
  return {};
}

describe('bad settings', () => {
  test('are all listed at once, each with the expected value', () => {
    const env = { PORT: '80800', LOG_LEVEL: 'loud', WAYBILL_PUBLIC_RATE: '600', HOST: 'a b' };
    expect(Object.keys(faultsOf(env)).sort()).toEqual(Object.keys(env).sort());
    expect(() => readConfig(env)).toThrow(
      /PORT: expected a whole number from 0 to 65535; found "80800"/,
    );
  });

  test.each([
    ['PORT', '-1'],
    ['PORT', '8o80'],
    ['HOST', 'http://x'],
    ['WAYBILL_PUBLIC_URL', 'track.example.com'],
    ['WAYBILL_PUBLIC_URL', 'https://x/?a=1'],
    ['WAYBILL_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['WAYBILL_TRUSTED_PROXIES', 'proxy'],
    ['WAYBILL_ROLES', 'api,wroker'],
    ['DATABASE_URL', 'mysql://x'],
    ['REDIS_URL', 'http://x'],
    ['WAYBILL_REDIS', 'maybe'],
    ['WAYBILL_POLLING_POLICY', 'eager'],
    ['WAYBILL_POLLING_FLOOR_MINUTES', '0'],
    ['WAYBILL_POLLING_CEILING_HOURS', '200'],
    ['WAYBILL_CARRIER_URL_ACME', 'proxy'],
    ['WAYBILL_CARRIER_CALLS_ACME', '250'],
    ['WAYBILL_CARRIER_CALLS_ACME', 'per_hour:0'],
    ['WAYBILL_CARRIER_CALLS_ACME', 'per_hour:10,per_hour:20'],
    ['WAYBILL_CARRIER_CALLS_ACME', 'per_week:10'],
    ['WAYBILL_CARRIER_CALLS_ACME', 'per_day:1.5'],
    ['WAYBILL_CARRIER_CALLS_acme', 'per_day:10'],
    ['WAYBILL_BOOTSTRAP_KEY', 'wb_live_abcdefgh'],
    ['WAYBILL_BOOTSTRAP_KEY', 'secret'],
    ['WAYBILL_MASTER_KEY', 'short'],
    ['WAYBILL_METRICS_TOKEN', 'x'],
    ['WAYBILL_MAP_STYLE', 'maps.example.com/style.json'],
    ['WAYBILL_MAP_STYLE', 'https://maps.example.com/{z}/{x}.png'],
    ['WAYBILL_MAP_STYLE', 'https://{s}.example.com/{z}/{x}/{y}.png'],
    ['WAYBILL_MAP_STYLE', 'https://a.example.com; script-src *'],
    ['WAYBILL_MAP_STYLE', 'https://maps.example.com/town.pmtiles'],
    ['WAYBILL_PUBLIC_RATE', '0/0'],
    ['WAYBILL_PUBLIC_RATE', 'on'],
    ['WAYBILL_INSTANCE_LOOKBACK_DAYS', '0'],
    ['WAYBILL_WEBHOOK_SECRET_ACME', ' , '],
    ['WAYBILL_WEBHOOK_SECRET_acme', 'x'],
    ['WAYBILL_WEBHOOK_HEADER_ACME', 'x y'],
  ])('%s=%s is refused', (name, text) => {
    expect(Object.keys(faultsOf({ [name]: text }))).toEqual([name]);
  });

  test.each([
    'WAYBILL_MASTER_KEY',
    'WAYBILL_BOOTSTRAP_KEY',
    'DATABASE_URL',
    'WAYBILL_METRICS_TOKEN',
  ])('never show the value of %s', (name) => {
    expect(faultsOf({ [name]: 'hunter2' })).toEqual({ [name]: '7 characters' });
  });

  test.each([
    'https://maps.example.com/town.pmtiles',
    'https://maps.example.com/town.PMTiles?key=a',
    'pmtiles://https://maps.example.com/town.pmtiles',
    '/srv/maps/town.pmtiles',
  ])('say what a file of tiles needs: %s', (text) => {
    expect(() => readConfig({ WAYBILL_MAP_STYLE: text })).toThrow(
      /has a setting of its own, WAYBILL_MAP/,
    );
  });

  test('omit tile files when none are configured', () => {
    const typo = 'https://maps.example.com/{z}/{x}.png';
    expect(() => readConfig({ WAYBILL_MAP_STYLE: typo })).toThrow(
      /raster tiles with .*[^s]; found/,
    );
    const server = 'https://maps.example.com/pmtiles/{z}/{x}/{y}.png';
    const map = { style: server, credit: null };
    expect(readConfig({ WAYBILL_MAP_STYLE: server }).map).toEqual(map);
  });

  test('name one source of a map’s streets', () => {
    const own = { WAYBILL_MAP: '/srv/maps/town.pmtiles' };
    expect(readConfig(own).map).toEqual({ file: '/srv/maps/town.pmtiles' });
    const both = { ...own, WAYBILL_MAP_STYLE: 'https://maps.example.com/style.json' };
    expect(faultsOf(both)).toEqual({ WAYBILL_MAP: 'both' });
  });

  test.each([
    ['no server beside it', { DATABASE_POOLER_URL: 'postgres://u:p@pool/w' }],
    [
      'the same URL in both',
      { DATABASE_POOLER_URL: 'postgres://u:p@db/w', DATABASE_URL: 'postgres://u:p@db/w' },
    ],
    [
      'options that a pooler would not pass on',
      {
        DATABASE_POOLER_URL: 'postgres://u:p@pool/w?options=-c%20x%3D1',
        DATABASE_URL: 'postgres://u:p@db/w',
      },
    ],
  ])('include a pooler with %s', (_what, env) => {
    expect(Object.keys(faultsOf(env))).toEqual(['DATABASE_POOLER_URL']);
  });

  test('include a master key given both ways', () => {
    const env = { WAYBILL_MASTER_KEY: '00'.repeat(32), WAYBILL_MASTER_KEY_FILE: '/k' };
    expect(Object.keys(faultsOf(env))).toEqual(['WAYBILL_MASTER_KEY']);
  });
});

describe('good settings', () => {
  test('without any variable are the defaults of config/defaults.yaml', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      databaseUrl: null,
      publicRate: { burst: 600, perS: 20 },
      roles: ['api', 'webhooks', 'worker', 'poller'],
      redisUrl: null,
      redisPrivate: true,
      sandbox: true,
      demo: 'auto',
      fleet: true,
      pollingPolicy: 'adaptive',
      pollingFloorS: 300,
      pollingCeilingS: 21_600,
      egressAllow: [],
      instanceLookbackDays: 45,
      retention: { inboundMs: 90 * 86_400_000, unclaimedMs: 30 * 86_400_000 },
      cachePurge: null,
      logLevel: 'info',
      warnings: [],
    });
    expect(config.data).toBe(`${process.cwd()}/data`);
    expect(config.mappings).toMatch(/\/config\/carrier-mappings$/);
  });

  test('count as not set when empty', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({
      port: 8080,
      databaseUrl: null,
    });
  });

  test('are read into their kinds', () => {
    const config = readConfig({
      PORT: '0',
      WAYBILL_PUBLIC_URL: 'https://track.example.com/',
      WAYBILL_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      WAYBILL_PUBLIC_RATE: 'off',
      WAYBILL_MAP_STYLE: 'https://tiles.example.com/{z}/{x}/{y}.png',
      WAYBILL_MAP_CREDIT: '© Street people',
      WAYBILL_ROLES: 'worker, api',
      WAYBILL_ADAPTERS: 'one,@scope/two',
    });
    expect(config).toMatchObject({
      port: 0,
      publicUrl: 'https://track.example.com',
      trustedProxies: ['10.0.0.0/8', '::1'],
      publicRate: null,
      map: { style: 'https://tiles.example.com/{z}/{x}/{y}.png', credit: '© Street people' },
      roles: ['api', 'worker'],
      adapters: ['one', '@scope/two'],
    });
  });

  test('per carrier are gathered by its name in capitals, several secrets while rotating', () => {
    const config = readConfig({
      WAYBILL_WEBHOOK_SECRET_MY_CARRIER: 'new, old',
      WAYBILL_WEBHOOK_HEADER_MY_CARRIER: 'X-Api-Key',
      WAYBILL_CARRIER_URL_MY_CARRIER: 'http://127.0.0.1:9/',
      WAYBILL_CARRIER_CALLS_MY_CARRIER: 'per_day:200, per_hour:50',
      WAYBILL_CARRIER_CALLS_ACME: 'per_day:9',
    });
    const name = carrierSettingName('my-carrier');
    expect(config.webhookSecrets.get(name)).toEqual(['new', 'old']);
    expect(config.webhookHeaders.get(name)).toBe('x-api-key');
    expect(config.carrierUrls.get(name)).toBe('http://127.0.0.1:9');
    expect(config.carrierCalls.get(name)).toEqual({ perHour: 50, perDay: 200 });
    expect(config.carrierCalls.get('ACME')).toEqual({ perHour: null, perDay: 9 });
    expect(config.warnings).toEqual([]);
  });
});

test('a misspelt setting is pointed out', () => {
  expect(readConfig({ WAYBILL_DATE: 'x' }).warnings).toEqual([
    'WAYBILL_DATE is not a setting of this version and has no effect.',
  ]);
});

test('config/defaults.yaml and the code know the same settings, and no secret has a default', () => {
  const settings = readSettings();
  expect([...settings.keys()].sort()).toEqual([...SETTING_NAMES].sort());
  const secretDefaults = [...settings.values()].filter(
    (entry) => entry.secret && entry.default !== null,
  );
  expect(secretDefaults).toEqual([]);
});
