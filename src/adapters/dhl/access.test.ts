import { describe, expect, it } from 'vitest';
import { access, LOCATION_FINDER_ORIGIN, MY_DHL_ORIGIN } from './access.ts';

const CREDENTIALS = {
  api_key: 'test-key',
  mydhl_username: 'test-user',
  mydhl_password: 'test-pässword',
};

describe('DHL access', () => {
  it('sends the key to Unified, and no password', () => {
    expect(access.headers(CREDENTIALS, null)).toEqual({ 'dhl-api-key': 'test-key' });
  });

  it('sends the password to MyDHL, and no key', () => {
    expect(access.headers(CREDENTIALS, null, MY_DHL_ORIGIN)).toEqual({
      authorization: `Basic ${Buffer.from('test-user:test-pässword').toString('base64')}`,
    });
  });

  it('sends Location Finder a key of its own where there is one', () => {
    const keyOf = (credentials: Record<string, string>) =>
      access.headers(credentials, null, LOCATION_FINDER_ORIGIN);
    expect(keyOf(CREDENTIALS)).toEqual({ 'dhl-api-key': 'test-key' });
    const both = { ...CREDENTIALS, location_api_key: 'test-places' };
    expect(keyOf(both)).toEqual({ 'dhl-api-key': 'test-places' });
    expect(access.headers(both, null)).toEqual({ 'dhl-api-key': 'test-key' });
  });

  it('names the other hosts that a call may go to', () => {
    expect(access.origins.others).toEqual([MY_DHL_ORIGIN, LOCATION_FINDER_ORIGIN]);
  });
});
