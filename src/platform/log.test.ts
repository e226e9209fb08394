import { describe, expect, test } from 'vitest';
import { createLog, withoutSecrets } from './log.ts';

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

test('what is no secret stays as it is', () => {
  const text = 'http://host:8080/track/1Z999?x=a@b the bearer is 7 m off';
  expect(withoutSecrets(text)).toBe(text);
});

test('a line stays one JSON object after secrets were taken out', () => {
  const line = logged((log) =>
    log.info({ url: 'postgres://u:p"w@h/d', key: 'wb_test_x"' }, 'wb_live_y'),
  );
  expect(JSON.parse(line)).toMatchObject({ level: 'info' });
});

test('children carry what a line is about', () => {
  const line = logged((log) => log.child({ request_id: 'r1' }).warn('slow'));
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', request_id: 'r1', msg: 'slow' });
});
