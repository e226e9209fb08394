// Loaded before the hub (`node --import`): its clock goes on from when the fixture was made, so that
// nothing in it is ever too old to be kept or sent. The hub asks the time of `Date` alone.
const offsetMs = Number(process.env.UPGRADE_CLOCK_OFFSET_MS);
const RealDate = globalThis.Date;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
