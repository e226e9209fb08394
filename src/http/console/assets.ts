import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The console's own style sheet, under a name that changes with it; there is no script. */
export interface ConsoleAssets {
  readonly styleUrl: string;
  readonly iconUrl: string;
  readonly contentSecurityPolicy: string;
  /** By the last part of the URL. */
  readonly files: ReadonlyMap<string, { readonly body: Buffer; readonly contentType: string }>;
}

export function loadConsoleAssets(): ConsoleAssets {
  const style = readFileSync(new URL('./assets/ops.css', import.meta.url));
  const icon = readFileSync(
    new URL('../resources/public-tracking/pages/assets/icon.svg', import.meta.url),
  );
  const styleName = `ops.${shortHash(style)}.css`;
  const iconName = `icon.${shortHash(icon)}.svg`;
  return {
    styleUrl: `/ops/assets/${styleName}`,
    iconUrl: `/ops/assets/${iconName}`,
    contentSecurityPolicy: [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    files: new Map([
      [styleName, { body: style, contentType: 'text/css; charset=utf-8' }],
      [iconName, { body: icon, contentType: 'image/svg+xml' }],
    ]),
  };
}

function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
