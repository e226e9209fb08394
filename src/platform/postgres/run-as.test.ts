import { describe, expect, test } from 'vitest';
import { missingCapabilities, pickAccount } from './run-as.ts';

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
broken line
me:x:1000:1000::/home/me:/bin/bash
nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin
`;

test('without any account but root there is no account for the server, and the message says so', () => {
  expect(() => pickAccount('root:x:0:0::/root:/bin/sh\n', null)).toThrow(
    /no other account.*DATABASE_URL/s,
  );
});

test('a new cluster belongs to nobody, with the group from passwd', () => {
  expect(pickAccount(PASSWD, null)).toEqual({ name: 'nobody', uid: 65534, gid: 65533 });
});

test('an existing cluster stays with the account that owns its files', () => {
  expect(pickAccount(PASSWD, 1000).name).toBe('me');
});

test('files of root, or of a deleted account, go to nobody', () => {
  expect(pickAccount(PASSWD, 0).name).toBe('nobody');
  expect(pickAccount(PASSWD, 4711).name).toBe('nobody');
});

test('without nobody the first plain account is used', () => {
  expect(pickAccount(PASSWD.replace(/nobody.*\n/, ''), null).name).toBe('daemon');
});

describe('what this process may do decides', () => {
  test('an account that the user namespace does not map is passed over', () => {
    const maps = { uids: '         0       1000          1\n', gids: '' };
    expect(() => pickAccount(PASSWD, null, maps)).toThrow(/no other account.*here/s);
    const some = { uids: '0 1000 1\n1 100000 2000\n', gids: '0 1000 1\n1 100000 2000\n' };
    expect(pickAccount(PASSWD, null, some).name).toBe('daemon');
  });

  test('each capability that root lacks is named', () => {
    expect(missingCapabilities('CapEff:\t000001ffffffffff\n')).toEqual([]);
    expect(missingCapabilities('CapEff:\t00000000a80425fb\n')).toEqual([]);
    expect(missingCapabilities('CapEff:\t0000000000000400\n')).toEqual([
      'CHOWN',
      'DAC_OVERRIDE',
      'FOWNER',
      'KILL',
      'SETGID',
      'SETUID',
    ]);
    expect(missingCapabilities('CapEff:\t000001ffffffff7f\n')).toEqual(['SETUID']);
  });

  test('without /proc nothing is known to be missing', () => {
    expect(missingCapabilities('')).toEqual([]);
  });
});
