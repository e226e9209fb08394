import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';
import { createKeyring } from '../sealing/sealing.ts';
import { signLink } from '../sealing/signed-links.ts';
import { createLog, type LogFormat, type LogSink } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let lines = '';
  const destination = {
    write(line: string) {
      lines += line;
    },
  };
  write(createLog({ level: 'trace', destination }));
  return lines;
}

describe('no line holds a secret', () => {
  test.each([
    'authorization',
    'cookie',
    'credential',
    'x-api-key',
    'fdx-signature',
    'x-hmac',
    'secret',
    'password',
  ])('given under the key %s, at the top or below', (key) => {
    const line = logged((log) => {
      log.info({ [key]: 'hunter2' });
      log.info({ headers: { [key]: 'hunter2' } });
      log.info({ req: { headers: { [key]: 'hunter2' } } });
    });
    expect(line).not.toContain('hunter2');
    expect(line.match(/redacted/g)).toHaveLength(3);
  });

  test.each([
    'wb_live_abc123DEF',
    'wb_test_abc-123_x',
    'wb_ops_abc-123_x',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'Bearer abc.def-ghi',
    'postgresql://waybill:hunter2@localhost/x',
  ])('that reads %s, in a message, a field, an array, a binding or an error', (secret) => {
    const telling = secret
      .replace(/^(wb_\w+?_|whsec_|Bearer |postgresql:\/\/waybill:)/, '')
      .slice(0, 7);
    const line = logged((log) => {
      log.info(`with ${secret} inside`);
      log.info({ note: `x ${secret} y`, list: [secret] }, 'y');
      log.child({ bound: secret }).info('z');
      log.error({ err: new Error(`failed for ${secret}`) });
    });
    expect(line.trim().split('\n')).toHaveLength(4);
    expect(line).not.toContain(telling);
  });
});

describe('in free text', () => {
  const keyring = createKeyring([new Uint8Array(32).fill(3)], (length) => new Uint8Array(length));
  const LINK = signLink(keyring, {
    purpose: 'self_service',
    subject: '01890a5d-ac96-774b-bcce-b302099a8057',
    expiresAtS: 1_800_000_000,
  });
  const SESSION = 'Zk3vQx0Yb2mN8sR1tUw7aCeGhJ5lPoIuY9dF4gHkLzX';

  test.each([
    ['a link', `GET /track/acme/1?t=${LINK} was slow`],
    ['a link, percent-encoded', `next=${encodeURIComponent(`/track/acme/1?t=${LINK}`)}`],
    ['a link in a mail', `(see https://hub.example/unsubscribe?t=${LINK}).`],
    ['a link at the end of a sentence', `could not open ${LINK}.`],
    ['a cookie header', `Cookie: theme=dark; waybill_ops=${SESSION}`],
    [
      'a cookie that is set',
      `set-cookie: waybill_ops=${SESSION}; Max-Age=43200; Path=/console/hub`,
    ],
    ['a cookie of somebody else', `headers {"cookie":"sid=${SESSION}; a=b"}`],
    ['cookies as a list', `'Set-Cookie': ['sid=${SESSION}', 'a=b']`],
    ['the pair alone', `no session for waybill_ops=${SESSION}`],
    ['the visit alone', `no form for waybill_ops_visit=${SESSION}`],
  ])('%s is redacted, in a message, a field and an error', (_, text) => {
    const line = logged((log) => {
      log.info(text);
      log.info({ url: text }, 'y');
      log.error({ err: new Error(text) });
    });
    expect(line.trim().split('\n')).toHaveLength(3);
    expect(line).not.toContain(SESSION.slice(0, 12));
    expect(line).not.toContain(LINK.slice(-22));
    for (const each of line.trim().split('\n')) expect(() => JSON.parse(each)).not.toThrow();
  });
});

test.each([
  'http://host:8080/track/1Z999?x=a@b the bearer is 7 m off',
  'a cookie was refused; the cookie banner is off',
  'see docs/a.b.c and v1.2.3.4, at 10.0.0.1, package.name.of.company',
  'wb_ is how keys begin',
])('text without secrets stays as it is: %s', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

test('a line stays one JSON object after secrets were removed', () => {
  const line = logged((log) =>
    log.info({ url: 'postgres://u:p"w@h/d', key: 'wb_test_x"' }, 'wb_live_y'),
  );
  expect(JSON.parse(line)).toMatchObject({ level: 'info' });
});

test('children carry what a line is about', () => {
  const line = logged((log) => log.child({ request_id: 'r1' }).warn('slow'));
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', request_id: 'r1', msg: 'slow' });
});

describe('the format of a line', () => {
  function written(
    sink: Pick<LogSink, 'isTTY' | 'hasColors'>,
    format: LogFormat | null,
    write: (log: ReturnType<typeof createLog>) => void,
  ): string {
    let lines = '';
    const destination = {
      ...sink,
      write(line: string) {
        lines += line;
      },
    };
    write(createLog({ level: 'info', format, destination }));
    return lines;
  }
  const TERMINAL = { isTTY: true, hasColors: () => false };
  const hello = (log: ReturnType<typeof createLog>): void =>
    log.child({ process: 'work' }).warn({ due: 412, note: 'two words' }, 'polling is behind');

  test.each([
    ['JSON where nobody reads along', {}, null, /^\{"level":"warn",.*\}\n$/],
    ['JSON on a terminal on request', TERMINAL, 'json', /^\{"level":"warn",.*\}\n$/],
    [
      'text on a terminal',
      TERMINAL,
      null,
      /^\d\d:\d\d:\d\d WARN {2}polling is behind process=work due=412 note="two words"\n$/,
    ],
    ['text elsewhere on request', {}, 'text', /^\d\d:\d\d:\d\d WARN {2}polling is behind /],
  ] as const)('is %s', (_, sink, format, expected) => {
    expect(written(sink, format, hello)).toMatch(expected);
  });

  test('has colours only on a terminal that shows them', () => {
    const colours = { hasColors: () => true };
    expect(written({ ...colours, isTTY: true }, null, hello)).toContain('\u001b[33mWARN ');
    expect(written(TERMINAL, null, hello)).not.toContain('\u001b');
    expect(written({ ...colours, isTTY: false }, 'text', hello)).not.toContain('\u001b');
  });

  test('shows an error by its stack, indented, with what else it says', () => {
    const err = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
    const [first, second, third] = written(TERMINAL, null, (log) =>
      log.error({ err }, 'the carrier did not answer'),
    ).split('\n');
    expect(first).toMatch(/ ERROR the carrier did not answer code=EHOSTUNREACH$/);
    expect(second).toBe('    Error: no route');
    expect(third).toMatch(/^ {8}at /);
  });

  test('lets no text control the terminal, forge a line or hold a secret', () => {
    const lines = written(TERMINAL, null, (log) =>
      log.info(
        { name: '\u001b[2J', 'a\nb': '\u202ex', key: 'wb_live_abc123DEF' },
        'x\n12:00:00 INFO y\u009b1A',
      ),
    );
    expect(lines.trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(lines).toContain('x\\u000a12:00:00 INFO y\\u009b1A');
    expect(lines).not.toContain('abc123');
  });
});
