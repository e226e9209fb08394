import { ERRORS } from '../../../kernel/errors.ts';

/** docs/errors.md: the error catalogue as a document, with a heading for each code. */
export function errorsMarkdown(): string {
  const entries = Object.entries(ERRORS).map(([code, { status, title, fix }]) =>
    [`## ${code}`, `**${status}** ${title}.`, fix].join('\n\n'),
  );
  return `${[HEAD, ...entries].join('\n\n')}\n`;
}

const HEAD = `<!-- Generated from src/kernel/errors.ts by \`npm run generate\`; edit that file instead. -->

# Errors

Every error is \`application/problem+json\` (RFC 9457). \`type\` ends in the code below. \`errors\` lists each
invalid member with its pointer, the problem and the fix. \`request_id\` identifies the request in the
operator's log.`;
