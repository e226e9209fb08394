// <waybill-lookup>: a field for a tracking number (or an order) on a shop's own page. It links to
// the tracking page and makes no other request; the shop's styles and the widget's do not affect
// each other.
(() => {
  // By language; the hub fills them in.
  const TEXTS = {};
  const CSS = `:host{display:block;max-width:32rem;font:inherit}
form{display:flex;flex-wrap:wrap;gap:.5rem;margin:0}
label{flex-basis:100%;font-weight:600}
input,button{box-sizing:border-box;min-height:2.75rem;padding:.5rem .875rem;border:1px solid;border-radius:.625rem;font:inherit;color:inherit}
input{flex:1 1 12rem;min-width:0;background:transparent}
button{border-color:transparent;background:var(--waybill-color,#2447c4);color:var(--waybill-ink,#fff);font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid currentColor;outline-offset:2px}`;
  const home = new URL('/', document.currentScript?.src || location.href).origin;

  class WaybillLookup extends HTMLElement {
    static observedAttributes = ['by', 'color', 'lang', 'merchant', 'target'];

    connectedCallback() {
      this.draw();
    }

    attributeChangedCallback() {
      if (this.shadowRoot) this.draw();
    }

    draw() {
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      const tag = (this.lang || document.documentElement.lang || navigator.language).toLowerCase();
      const named = (name) => Object.keys(TEXTS).find((each) => each.toLowerCase() === name);
      const lang = named(tag) ?? named(tag.split('-')[0]) ?? 'en';
      const byOrder = this.getAttribute('by') === 'order';
      const [number, order, submit] = TEXTS[lang];
      const form = Object.assign(document.createElement('form'), {
        action: `${home}/track`,
        method: 'get',
        target: this.getAttribute('target') ?? '_self',
        rel: 'noopener',
      });
      const label = Object.assign(document.createElement('label'), {
        htmlFor: 'q',
        textContent: byOrder ? order : number,
      });
      const input = Object.assign(document.createElement('input'), {
        id: 'q',
        name: byOrder ? 'order' : 'number',
        required: true,
        maxLength: byOrder ? 200 : 512,
        autocomplete: 'off',
        spellcheck: false,
      });
      const button = Object.assign(document.createElement('button'), { textContent: submit });
      form.append(label, input, button);
      if (this.lang) form.append(hidden('lang', lang));
      const merchant = this.getAttribute('merchant');
      if (byOrder && merchant) form.append(hidden('merchant', merchant));
      this.dress(root);
      root.replaceChildren(form);
    }

    /** A constructed style sheet is not subject to the shop's Content-Security-Policy. */
    dress(root) {
      const sheet = new CSSStyleSheet();
      const color = this.getAttribute('color') ?? '';
      const own = /^#[\da-f]{6}$/i.test(color)
        ? `:host{--waybill-color:${color};--waybill-ink:${inkOn(color)}}`
        : '';
      sheet.replaceSync(CSS + own);
      root.adoptedStyleSheets = [sheet];
    }
  }

  function hidden(name, value) {
    return Object.assign(document.createElement('input'), { type: 'hidden', name, value });
  }

  /** Black or white, whichever contrasts more; the two are equal at this luminance (WCAG 2.2). */
  function inkOn(color) {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
  }

  if (!customElements.get('waybill-lookup')) {
    customElements.define('waybill-lookup', WaybillLookup);
  }
})();
