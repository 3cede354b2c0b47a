/** How many cases a fuzz test tries and from which seed, for fast-check: `npm run fuzz -- --runs N --seed S` sets both. */
export function fuzzRuns(): { readonly numRuns: number; readonly seed?: number } {
  const numRuns = Number(process.env['FIELDCHART_FUZZ_RUNS'] ?? 1000);
  const seed = process.env['FIELDCHART_FUZZ_SEED'];
  return { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
