import { expect, test } from 'vitest';
import { nameOf, readHosts } from './host-list.ts';

test.each([
  ['postgres://hub:secret@db:5432/waybill?sslmode=require'],
  ['postgresql://hub@/waybill?host=%2Frun%2Fpg'],
])('%s names one server, and stays as it is', (url) => {
  expect(readHosts(url, 'read-write')).toEqual({ urls: [url], wants: 'any' });
});

test('several hosts become a URL each, in their order; the password may hold what separates', () => {
  const url = 'postgres://hub:a%2Cb,c@db1:5432,[::1]:5433,db3/waybill?sslmode=require';
  expect(readHosts(url, 'read-write')).toEqual({
    wants: 'read-write',
    urls: ['db1:5432', '[::1]:5433', 'db3'].map(
      (host) => `postgres://hub:a%2Cb,c@${host}/waybill?sslmode=require`,
    ),
  });
});

test('their target role can be given, also for a single one', () => {
  const url = 'postgres://hub@db1,db2/waybill?target_session_attrs=standby&sslmode=require';
  expect(readHosts(url, 'read-write')).toEqual({
    wants: 'standby',
    urls: ['db1', 'db2'].map((host) => `postgres://hub@${host}/waybill?sslmode=require`),
  });
  const one = 'postgres://hub@db1/waybill?target_session_attrs=primary';
  expect(readHosts(one, 'any')).toEqual({ wants: 'primary', urls: ['postgres://hub@db1/waybill'] });
});

test('hosts and ports may be parameters', () => {
  const { urls } = readHosts('postgres://hub@/waybill?host=db1,%2Frun%2Fpg&port=5432,5433', 'any');
  expect(urls.map(nameOf)).toEqual(['db1:5432', '/run/pg:5433']);
  const same = readHosts('postgres://hub@/waybill?host=db1,db2&port=6000', 'any');
  expect(same.urls.map(nameOf)).toEqual(['db1:6000', 'db2:6000']);
});

test.each([
  ['postgres://hub:secret@db1,,db2/waybill', 'is empty'],
  ['postgres://hub:secret@db1,db2/waybill?target_session_attrs=fastest', 'fastest'],
  ['postgres://hub:secret@db1,db2/waybill?host=db3', 'both'],
  ['postgres://hub:secret@/waybill?host=a,b,c&port=1,2', '3 hosts, but 2 ports'],
])('%s is refused, and the password is not repeated', (url, why) => {
  expect(() => readHosts(url, 'any')).toThrow(why);
  expect(() => readHosts(url, 'any')).not.toThrow('secret');
});

test('a name for logs has neither user nor password', () => {
  expect(nameOf('postgres://hub:secret@db1:5432/waybill')).toBe('db1:5432');
  expect(nameOf('postgres:///waybill')).toBe('localhost');
});
