/** `code128` for lasers and thermal labels, `qr` for phones. */
export const SYMBOLOGIES = ['code128', 'qr'] as const;
export type Symbology = (typeof SYMBOLOGIES)[number];

/**
 * Code 128 encodes ASCII; characters that printers and scanners treat differently are left to QR.
 */
export const CODE_128 = /^[\x20-\x7e]+$/;

/**
 * A tracking number as a scannable code in SVG, which prints sharply at any size. Null when the
 * symbology cannot encode it.
 */
export async function codeImage(number: string, symbology: Symbology): Promise<string | null> {
  if (symbology === 'code128' && !CODE_128.test(number)) return null;
  // A megabyte with every symbology: loaded when the first label is printed.
  const { toSVG } = await import('bwip-js/generic');
  // QR with error correction level M, the library's default.
  return symbology === 'qr'
    ? toSVG({ bcid: 'qrcode', text: number, ...QUIET_QR })
    : toSVG({
        ...{ bcid: 'code128', text: number, height: BAR_HEIGHT_MM, includetext: true },
        ...{ textxalign: 'center', ...QUIET_CODE_128 },
      });
}

/**
 * ISO/IEC 15417 requires ten white modules beside the bars, ISO/IEC 18004 four around the squares.
 */
const QUIET_CODE_128 = { paddingwidth: 10, paddingheight: 2, backgroundcolor: 'FFFFFF' };
const QUIET_QR = { padding: 4, backgroundcolor: 'FFFFFF' };
const BAR_HEIGHT_MM = 15;
