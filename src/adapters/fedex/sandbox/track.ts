import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  localTime,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { envelope, errorAnswer } from './errors.ts';
import { trackResult, uniqueId } from './result.ts';

/** Maximum of numbers in a call (Track API description: at most 30). */
const NUMBERS_MAX = 30;

const numberInfo = z.object({
  trackingNumber: z.string(),
  carrierCode: z.string().optional(),
  trackingNumberUniqueId: z.string().optional(),
});
const REQUEST = z.object({
  includeDetailedScans: z.boolean(),
  trackingInfo: z.array(
    z.object({
      trackingNumberInfo: numberInfo,
      shipDateBegin: z.string().optional(),
      shipDateEnd: z.string().optional(),
    }),
  ),
});
type TrackingInfo = z.infer<typeof REQUEST>['trackingInfo'][number];

/**
 * Answers `POST /track/v1/trackingnumbers`. An unknown number fails by itself, within an answer of
 * 200; a fault of the request as a whole is a 400.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success) return errorAnswer('malformed', request, world);
  const { trackingInfo, includeDetailedScans } = read.data;
  const isEmpty = trackingInfo.some((each) => each.trackingNumberInfo.trackingNumber.trim() === '');
  if (trackingInfo.length === 0 || isEmpty) return errorAnswer('empty', request, world);
  if (trackingInfo.length > NUMBERS_MAX) return errorAnswer('tooMany', request, world);
  return jsonAnswer(200, {
    ...envelope(request, world),
    output: {
      completeTrackResults: trackingInfo.map((info) => {
        const { trackingNumber } = info.trackingNumberInfo;
        const lives = instancesOf(info, world);
        return {
          trackingNumber,
          trackResults:
            lives.length === 0
              ? [notFound(trackingNumber)]
              : lives.map((life) =>
                  trackResult(trackingNumber, life, includeDetailedScans ? undefined : 1),
                ),
        };
      }),
    },
  });
}

/** The instances of a number that match the request, the newest first. */
function instancesOf(info: TrackingInfo, world: SandboxWorld): readonly VisibleInstance[] {
  const { trackingNumber, trackingNumberUniqueId: wantedId } = info.trackingNumberInfo;
  const shipped = ({ startedAtMs, origin }: VisibleInstance) =>
    localTime(startedAtMs, origin.zone).date;
  return [...(world.parcel(trackingNumber.replaceAll(/\s/g, ''))?.lives ?? [])]
    .reverse()
    .filter(
      (life) =>
        life.events.length > 0 &&
        (!wantedId || uniqueId(trackingNumber, life) === wantedId) &&
        (info.shipDateBegin ?? '') <= shipped(life) &&
        shipped(life) <= (info.shipDateEnd ?? '9999'),
    );
}

function notFound(trackingNumber: string) {
  return {
    trackingNumberInfo: { trackingNumber, trackingNumberUniqueId: '', carrierCode: '' },
    error: {
      code: 'TRACKING.TRACKINGNUMBER.NOTFOUND',
      message: 'Tracking number cannot be found. Please correct the tracking number and try again.',
    },
  };
}
