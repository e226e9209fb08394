import { Problem } from '../../kernel/errors.ts';
import { sendFile } from '../kit/compressed.ts';
import { operation } from '../kit/operation.ts';
import type { Route } from '../kit/route.ts';
import { type MapAssets, SCRIPT } from './map-assets.ts';
import { sendPart } from './tile-archive.ts';

export const mapOperations = [
  operation({
    id: 'getMapFile',
    method: 'GET',
    path: '/maps/:file',
    tag: 'Page',
    summary: 'Scripts, styles and tiles of the maps on the pages',
    params: { file: 'The file name, which contains a hash of the content.' },
    answers: {
      200: {
        description: 'The file; it never changes.',
        mediaType: 'text/javascript',
        otherTypes: ['application/json', 'application/vnd.pmtiles', 'font/woff2'],
      },
      206: { description: 'The part named by `Range`.', mediaType: 'application/vnd.pmtiles' },
      416: { description: 'The file has no such part.' },
    },
    errors: ['not_found'],
  }),
];

/** The files of maps, which caches may store for ever because their names contain a hash. */
export function mapRoutes({ files, archives, script }: MapAssets): readonly Route[] {
  const byName = new Map(archives.map((each) => [each.fileName, each]));
  const caching = { 'cache-control': 'public, max-age=31536000, immutable' };
  return [
    {
      method: 'GET',
      path: '/maps/:file',
      hot: false,
      isPage: true,
      async handler(request, response, { params }) {
        const name = params['file'] ?? '';
        const archive = byName.get(name);
        if (archive !== undefined) return sendPart(request, response, archive, caching);
        if (name === script.fileName) {
          const headers = { 'content-type': SCRIPT, ...caching };
          return sendFile(request, response, headers, await script.read());
        }
        const file = files.get(name);
        if (file === undefined) throw new Problem('not_found', 'values.noSuchFile');
        const { policy, contentType } = file;
        const guarded = policy === undefined ? {} : { 'content-security-policy': policy };
        const headers = { 'content-type': contentType, ...caching, ...guarded };
        await sendFile(request, response, headers, file.body);
      },
    },
  ];
}
