import { describe, expect, it } from 'vitest';
import { access, MY_DHL_ORIGIN } from './access.ts';

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

  it('names MyDHL among the hosts that a call may go to', () => {
    expect(access.origins.others).toEqual([MY_DHL_ORIGIN]);
  });
});
