import { describe, expect, it } from 'vitest';
import { createClientIp } from './client-ip.ts';

describe('the client’s address', () => {
  it('is the peer’s, whatever the header says, when no proxy is trusted', () => {
    const clientIp = createClientIp([]);
    expect(clientIp('203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(clientIp('::ffff:203.0.113.9', undefined)).toBe('203.0.113.9');
    expect(clientIp(undefined, '1.2.3.4')).toBe('');
  });

  const clientIp = createClientIp(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
  it.each([
    ['a peer that is no proxy', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['one proxy', '10.1.2.3', '1.2.3.4', '1.2.3.4'],
    ['a forged left end', '10.1.2.3', '6.6.6.6, 1.2.3.4, 192.0.2.1', '1.2.3.4'],
    ['only proxies', '10.1.2.3', '10.0.0.2, 192.0.2.1', '10.0.0.2'],
    ['no header', '10.1.2.3', undefined, '10.1.2.3'],
    ['nonsense', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['nonsense behind a proxy', '10.1.2.3', '1.2.3.4, <script>, 192.0.2.1', '192.0.2.1'],
    ['ports', '10.1.2.3', '1.2.3.4:5678', '1.2.3.4'],
    ['IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['IPv6 with a port', '::ffff:10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['an IPv4 address in IPv6 clothes', '10.0.0.1', '::ffff:1.2.3.4', '1.2.3.4'],
    ['a local socket', undefined, '1.2.3.4', '1.2.3.4'],
  ])('with %s', (_, remote, forwarded, expected) => {
    expect(clientIp(remote, forwarded)).toBe(expected);
  });

  it('is found quickly in a header of any length', () => {
    const many = Array(3_000).fill('10.0.0.2').join(',');
    expect(clientIp('10.0.0.1', `1.2.3.4,${many}`)).toBe('10.0.0.2');
  });
});
