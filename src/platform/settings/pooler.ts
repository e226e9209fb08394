/** Checks that an external database is set together with a pooler, which requires one. */
export function poolerFaults(
  given: ReadonlyMap<string, string>,
): { readonly setting: string; readonly found: string; readonly expected: string }[] {
  const setting = 'DATABASE_POOLER_URL';
  const pooler = given.get(setting);
  if (pooler === undefined) return [];
  const direct = given.get('DATABASE_URL');
  if (direct === undefined) {
    const expected =
      'expected DATABASE_URL as well: LISTEN, locks and migrations bypass the pooler';
    return [{ setting, expected, found: 'no DATABASE_URL' }];
  }
  if (direct !== pooler) return [];
  const expected = 'expected the pooler here, and the server itself in DATABASE_URL';
  return [{ setting, expected, found: 'the same URL in both' }];
}
