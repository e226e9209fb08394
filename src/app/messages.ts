import {
  compileMessages,
  formatProblem,
  type Messages,
  readConfigFile,
} from '../normalization/index.ts';
import { cachedResult, openResultCache } from '../platform/cached-results.ts';
import { shippedFile } from '../platform/shipped.ts';

/** Our own words for what happens to parcels. Rejects with everything that is wrong with the file. */
export async function loadMessages(language: string): Promise<Messages> {
  const file = shippedFile(`config/messages/${language}.yaml`);
  const source = await readConfigFile(file);
  const compiled = cachedResult(
    openResultCache(),
    ['messages', source],
    () => compileMessages(source, file),
    ({ ok }) => ok,
  );
  if (compiled.ok) return compiled.messages;
  throw new Error(compiled.problems.map(formatProblem).join('\n'));
}
