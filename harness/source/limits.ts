/** Sizes in bytes, beyond which a patch is a mistake or an attack. The largest patch of v12 has 40 KiB. */
export const LIMITS = {
  patchBytes: 4 * 2 ** 20,
  seriesBytes: 64 * 2 ** 20,
  patches: 1000,
  tarballBytes: 2 * 2 ** 30,
} as const;
