import { operation } from '../../kit/operation.ts';

export const downloadOperation = operation({
  id: 'downloadFile',
  method: 'GET',
  path: '/downloads/:token',
  tag: 'Public',
  summary: 'Download a file by its presigned URL',
  description:
    'URLs of files that the API gives out lead here, or to your bucket where files are kept in S3. Each opens one file until it expires, for anyone who has it.',
  params: { token: 'As it was given out.' },
  answers: { 200: { description: 'The file.', mediaType: '*/*' } },
  errors: ['not_found'],
});
