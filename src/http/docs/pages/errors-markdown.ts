import { ERROR_CODES, STATUS_OF } from '../../../kernel/errors.ts';
import { wordsOfCode } from '../../../platform/messages/error-text.ts';

/** docs/errors.md: the error catalogue as a document, with a heading for each code. */
export function errorsMarkdown(): string {
  const entries = ERROR_CODES.map((code) => {
    const { title, fix } = wordsOfCode(code);
    return [`## ${code}`, `**${STATUS_OF[code]}** ${title}.`, fix].join('\n\n');
  });
  return `${[HEAD, ...entries].join('\n\n')}\n`;
}

const HEAD = `<!-- Generated from src/kernel/errors.ts and config/messages/en/errors/codes.yaml by \`npm run generate\`; edit those files instead. -->

# Errors

Every error is \`application/problem+json\` (RFC 9457). \`type\` ends in the code below. \`errors\` lists each
invalid member with its pointer, the problem and the fix. \`request_id\` identifies the request in the
operator's log.`;
