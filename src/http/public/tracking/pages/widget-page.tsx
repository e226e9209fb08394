import { h } from 'preact';
import { LANGUAGES } from '../../../../platform/messages/languages.ts';
import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';

interface WidgetPageProps {
  readonly context: PageContext;
  /** The hub's public URL, without a trailing slash. */
  readonly publicUrl: string;
}

const ATTRIBUTES = [
  ['by', 'number', 'order: the field accepts an order number instead'],
  ['merchant', '', 'your short name; needed with by="order" where several shops use this hub'],
  ['lang', 'of your page', LANGUAGES.join(', ')],
  [
    'color',
    '#2447c4',
    "the button's colour, as #rrggbb; its text becomes black or white automatically",
  ],
  ['target', '_self', '_blank opens the tracking page in a new tab'],
] as const;

/**
 * For the developer of a shop's page: the code to copy and how it looks. In English, like all
 * documentation.
 */
export function WidgetPage({ context, publicUrl }: WidgetPageProps) {
  const english = { ...context, languages: [] };
  const snippet = `<script src="${publicUrl}/widget.js" async></script>\n<waybill-lookup color="#0a7d4b">\n  <a href="${publicUrl}/track">Track your parcel</a>\n</waybill-lookup>`;
  return (
    <Layout
      context={english}
      title="Lookup on your own page"
      script="/widget.js"
      sheets={['forms', 'panel']}
    >
      <div class="plain card">
        <h1>Lookup on your own page</h1>
        <p class="lead">
          A field for a tracking number that leads to the tracking page. Copy this to where it
          should appear:
        </p>
        <pre>{snippet}</pre>
        <h2>How it looks</h2>
        <div class="sample">{h('waybill-lookup', null)}</div>
        <h2>What it takes</h2>
        <dl class="attributes">
          {ATTRIBUTES.map(([name, usual, meaning]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                {meaning}
                {usual !== '' && <span class="hint">{` (usually ${usual})`}</span>}
              </dd>
            </div>
          ))}
        </dl>
        <p class="word hint">
          It sets no cookie, loads nothing else and asks nobody anything. Where your page has a
          Content-Security-Policy, allow {publicUrl} in script-src and form-action.
        </p>
      </div>
    </Layout>
  );
}
