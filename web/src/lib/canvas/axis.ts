/** Round values between `low` and `high`, about `wanted` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const room = high - low;
  if (!(room > 0) || wanted < 1) return [];
  const rough = room / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => rough <= size)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

const TIME_STEPS_S = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** The time step that leaves at least `apart` seconds between labels. */
export function timeStep(apart: number): number {
  return TIME_STEPS_S.find((step) => step >= apart) ?? 86400;
}

/** `14:03` or `14:03:20`, as fine as the step asks. */
export function timeLabel(seconds: number, step: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, step < 60 ? 19 : 16);
}
