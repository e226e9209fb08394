import { HEX_COLOR } from '../../../kernel/color-contrast.ts';
import { htmlText, mailAddress, webAddress } from './text-template.ts';

/**
 * An HTML template, made from the output of MJML. `{{name}}` is a value; `<!--*name-->…
 * <!--/name-->` is written once for each item of the list with that name. How a value is escaped is
 * decided from the HTML around its place. A place where nothing would be safe (a script, an
 * attribute without quotes, a tag's name) causes an error when the layout is compiled, not when it
 * is used.
 */
export interface HtmlTemplate {
  fill(values: HtmlValues): string;
}

/** The values and lists of a template. Null and empty lists are left out. */
export interface HtmlValues {
  readonly [name: string]: string | null | readonly HtmlValues[];
}

/** What a place may contain: text, a URL, or a colour. */
type Context = 'text' | 'address' | 'color';

type Node =
  | { readonly kind: 'html'; readonly html: string }
  | { readonly kind: 'value'; readonly name: string; readonly context: Context }
  | { readonly kind: 'each'; readonly name: string; readonly nodes: readonly Node[] };

const MARK = /\{\{([a-z_]+)\}\}|<!--\*([a-z_]+)-->|<!--\/([a-z_]+)-->/g;

/** Compiles a layout. Throws if it is invalid, which is an error of ours. */
export function compileHtml(source: string): HtmlTemplate {
  const place = createHtmlTracker();
  const root: Node[] = [];
  const open: { readonly name: string; readonly nodes: Node[] }[] = [];
  let at = 0;
  const nodes = () => open.at(-1)?.nodes ?? root;
  for (const mark of source.matchAll(MARK)) {
    const html = source.slice(at, mark.index);
    place.read(html);
    nodes().push({ kind: 'html', html });
    at = mark.index + mark[0].length;
    const [, value, begins, ends] = mark;
    if (value !== undefined) {
      nodes().push({ kind: 'value', name: value, context: place.context(value) });
    } else if (begins !== undefined) {
      place.assertBetweenTags(begins);
      const inner: Node[] = [];
      nodes().push({ kind: 'each', name: begins, nodes: inner });
      open.push({ name: begins, nodes: inner });
    } else if (open.pop()?.name !== ends) {
      throw new Error(`the layout ends "${ends}", which is not the last that began`);
    } else {
      place.assertBetweenTags(ends ?? '');
    }
  }
  if (open.length > 0) throw new Error(`the layout never ends "${open.at(-1)?.name}"`);
  root.push({ kind: 'html', html: source.slice(at) });
  return { fill: (values) => fillNodes(root, [values]) };
}

function fillNodes(nodes: readonly Node[], scopes: readonly HtmlValues[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'html') return node.html;
      const value = scopes.find((scope) => Object.hasOwn(scope, node.name))?.[node.name];
      if (node.kind === 'value') {
        return typeof value === 'string' ? escapeFor(value, node.context) : '';
      }
      const each = Array.isArray(value) ? (value as readonly HtmlValues[]) : [];
      return each.map((scope) => fillNodes(node.nodes, [scope, ...scopes])).join('');
    })
    .join('');
}

/**
 * The value made safe for its place: text is escaped; a colour or URL of another form is replaced.
 */
function escapeFor(value: string, context: Context): string {
  if (context === 'text') return htmlText(value);
  if (context === 'color') return HEX_COLOR.test(value) ? value : 'inherit';
  const address = value.startsWith('mailto:')
    ? mailAddress(value.slice('mailto:'.length))
    : webAddress(value);
  return address === null ? '#' : htmlText(address);
}

/** Attributes whose value is a URL. */
const ADDRESSES = new Set(['href', 'src', 'background']);
/** Attributes whose value is plain text. */
const TEXTS = new Set(['alt', 'title', 'aria-label', 'lang', 'class', 'content']);
const COLORS = new Set(['style', 'bgcolor', 'color']);

type State = 'text' | 'tag' | 'quoted' | 'comment' | 'style' | 'script';

/** Tracks the position in the HTML that was read so far; exact for the HTML that MJML writes. */
function createHtmlTracker() {
  let state: State = 'text';
  let tag = '';
  let attribute = '';
  let quote = '';
  let text = '';

  function read(html: string): void {
    for (const char of html) {
      text = (text + char).slice(-40);
      step(char);
    }
  }

  function step(char: string): void {
    if (state === 'text') {
      if (char !== '<') return;
      state = 'tag';
      tag = '';
      attribute = '';
    } else if (state === 'tag') inTag(char);
    else if (state === 'quoted') {
      if (char === quote) state = 'tag';
      attribute = state === 'tag' ? '' : attribute;
    } else if (state === 'comment') {
      // Outlook reads a conditional comment as HTML, and its tags are balanced: so it is read as
      // HTML.
      if (text.endsWith('-->') || text.endsWith(']>')) state = 'text';
    } else if (text.toLowerCase().endsWith(`</${state}>`)) state = 'text';
  }

  function inTag(char: string): void {
    if (text.endsWith('<!--')) state = 'comment';
    else if (char === '>') {
      const name = /^[a-z0-9:!/[\]]*/i.exec(tag)?.[0].toLowerCase();
      state = name === 'style' || name === 'script' ? name : 'text';
    } else if ((char === '"' || char === "'") && text.at(-2) === '=') {
      state = 'quoted';
      quote = char;
      attribute =
        tag
          .slice(0, -1)
          .toLowerCase()
          .split(/[^a-z-]/)
          .at(-1) ?? '';
    }
    tag += char;
  }

  return {
    read,
    context(name: string): Context {
      if (state === 'text') return 'text';
      if (state === 'style') return 'color';
      if (state === 'quoted') {
        if (ADDRESSES.has(attribute)) return 'address';
        if (COLORS.has(attribute)) return 'color';
        if (TEXTS.has(attribute)) return 'text';
      }
      const where = state === 'quoted' ? `the attribute "${attribute}"` : `a ${state}`;
      throw new Error(`the layout has {{${name}}} in ${where}, where no value is safe`);
    },
    assertBetweenTags(name: string): void {
      if (state !== 'text') throw new Error(`the layout has "${name}" within a ${state}`);
    },
  };
}
