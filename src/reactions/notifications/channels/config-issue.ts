import type { z } from 'zod';

/** What is wrong with a member of a configuration, in words; never its value, which may be a secret. */
export function reasonOf(issue: z.core.$ZodIssue): string {
  const isMissing = issue.code === 'invalid_type' && /received undefined$/.test(issue.message);
  return isMissing ? 'it is missing' : issue.message;
}
