/** The shape of our QR codes: one path on white (`codeImage`). */
const VIEW_BOX = 'viewBox="';
const PATH = '<path d="';

/** An inline QR code: the console's policy allows no external images, not even data URLs. */
export function QrCode({ svg, label }: { readonly svg: string; readonly label: string }) {
  const viewBox = quoted(svg, VIEW_BOX);
  const path = quoted(svg, PATH);
  if (viewBox === null || path === null) return null;
  return (
    <svg viewBox={viewBox} width="280" height="280" role="img" aria-label={label}>
      <rect width="100%" height="100%" fill="#FFFFFF" />
      <path d={path} fill="#000000" fill-rule="evenodd" />
    </svg>
  );
}

/** The text between `start`, which ends with a quotation mark, and the next quotation mark. */
function quoted(text: string, start: string): string | null {
  const at = text.indexOf(start);
  if (at === -1) return null;
  const from = at + start.length;
  const to = text.indexOf('"', from);
  return to === -1 ? null : text.slice(from, to);
}
